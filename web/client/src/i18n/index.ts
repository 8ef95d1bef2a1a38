/** The reader's language, and every sentence in it. Components that call `t` follow a change of language by themselves. */

import { computed, signal } from "@preact/signals";

import type { ErrorData } from "../engine/api.ts";
import { baseLanguage, type Facts, isRightToLeft, type Language, translate } from "./catalogue.ts";
import type { MessageKey } from "./keys.ts";
import type { Compiled } from "./po.ts";

export { type Facts, isRightToLeft, type Language, LANGUAGES, OWN_NAMES } from "./catalogue.ts";
export type { MessageKey } from "./keys.ts";

const LOADERS: Readonly<Record<Language, () => Promise<{ readonly default: Compiled }>>> = {
  en: () => import("virtual:catalogue/en"),
  fr: () => import("virtual:catalogue/fr"),
  es: () => import("virtual:catalogue/es"),
  ru: () => import("virtual:catalogue/ru"),
  ar: () => import("virtual:catalogue/ar"),
  pt: () => import("virtual:catalogue/pt"),
};

interface Spoken {
  readonly language: Language;
  readonly catalogue: Compiled;
}

const spoken = signal<Spoken>({ language: "en", catalogue: {} });

export const language = computed<Language>(() => spoken.value.language);

/** Load a language and speak it; the page keeps the one it has until then. */
export async function speak(wanted: Language): Promise<void> {
  const { default: catalogue } = await LOADERS[wanted]();
  spoken.value = { language: wanted, catalogue };
  document.documentElement.lang = wanted;
  document.documentElement.dir = isRightToLeft(wanted) ? "rtl" : "ltr";
  document.querySelector<HTMLLinkElement>('link[rel="manifest"]')?.setAttribute("href", `/manifest-${wanted}.webmanifest`);
}

/** The language that the browser asks for first. */
export function preferredLanguage(): Language {
  return baseLanguage(navigator.languages[0] ?? navigator.language);
}

/** The sentence for a key. */
export function t(key: MessageKey, facts: Facts = {}): string {
  return lookUp(key, facts) ?? key;
}

/** The sentence for a refusal; a code that this version does not know is named. */
export function errorText(error: Pick<ErrorData, "code" | "facts">): string {
  return lookUp(`error.${error.code}`, error.facts) ?? lookUp("error.unknown", { code: error.code }) ?? error.code;
}

/** The sentence for something that did not fit. */
export function alarmText(kind: string, facts: Facts): string {
  return lookUp(`alarm.${kind}`, facts) ?? lookUp("error.unknown", { code: kind }) ?? kind;
}

/** The sentence for a finding that every form can have; null for a rule of a template, which has its own words. */
export function findingText(rule: string): string | null {
  return lookUp(`finding.${rule}`, {});
}

function lookUp(key: string, facts: Facts): string | null {
  return translate(spoken.value.catalogue, spoken.value.language, key, facts);
}
