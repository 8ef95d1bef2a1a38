/** Looking up one message and filling in its facts. Pure. */

import type { Fact } from "../crypto/errors.ts";
import type { Compiled } from "./po.ts";

export const LANGUAGES = ["en", "fr", "es", "ru", "ar", "pt"] as const;
export type Language = (typeof LANGUAGES)[number];

/** How each language calls itself. */
export const OWN_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  fr: "Français",
  es: "Español",
  ru: "Русский",
  ar: "العربية",
  pt: "Português",
};

/** Numbers, dates and plurals after TERMS.md: European Portuguese, figures 0 to 9 in Arabic. */
export const LOCALES: Readonly<Record<Language, string>> = {
  en: "en-GB",
  fr: "fr-FR",
  es: "es-ES",
  ru: "ru-RU",
  ar: "ar-u-nu-latn",
  pt: "pt-PT",
};

/** The order of plural forms in the catalogues, as CLDR calls them; what is not there takes the last. */
const PLURALS: Readonly<Record<Language, readonly Intl.LDMLPluralRule[]>> = {
  en: ["one", "other"],
  fr: ["one", "other"],
  es: ["one", "other"],
  ru: ["one", "few", "many"],
  ar: ["zero", "one", "two", "few", "many", "other"],
  pt: ["one", "other"],
};

const RIGHT_TO_LEFT = /[\u0590-\u08ff\u202a-\u202e\u2066-\u2069]/u;

export type Facts = Readonly<Record<string, Fact>>;

export function isRightToLeft(language: Language): boolean {
  return language === "ar";
}

/** The one of the six languages that serves a BCP 47 tag; English where none does. */
export function baseLanguage(tag: string): Language {
  const base = tag.split(/[-_]/u)[0]!.toLowerCase();
  return LANGUAGES.find((language) => language === base) ?? "en";
}

interface Rules {
  readonly plurals: Intl.PluralRules;
  readonly numbers: Intl.NumberFormat;
}

const rules = new Map<Language, Rules>();

/** Kept for each language: to make them takes a hundred times as long as to use them. */
function rulesOf(language: Language): Rules {
  let known = rules.get(language);
  if (known === undefined) {
    known = { plurals: new Intl.PluralRules(LOCALES[language]), numbers: new Intl.NumberFormat(LOCALES[language]) };
    rules.set(language, known);
  }
  return known;
}

/** The message with its facts, each isolated so that its direction cannot disturb the sentence; null for no such key. */
export function translate(catalogue: Compiled, language: Language, key: string, facts: Facts): string | null {
  if (!Object.hasOwn(catalogue, key)) return null;
  const said = catalogue[key]!;
  return fill(typeof said === "string" ? said : pluralForm(said, language, facts["count"]), facts, language);
}

function pluralForm(forms: readonly string[], language: Language, count: Fact | undefined): string {
  const rule = rulesOf(language).plurals.select(typeof count === "number" ? count : 0);
  const at = PLURALS[language].indexOf(rule);
  return forms[at < 0 ? forms.length - 1 : at]!;
}

/** Replace `{name}` by plain text; a fact that is missing shows as an ellipsis. */
function fill(pattern: string, facts: Facts, language: Language): string {
  return pattern.replace(/\{(\w+)\}/gu, (_, name: string) => {
    const value = Object.hasOwn(facts, name) ? facts[name] : null;
    if (value === null || value === undefined) return "…";
    if (typeof value === "number") return rulesOf(language).numbers.format(value);
    const text = String(value);
    return isRightToLeft(language) || isMixed(text) ? isolate(text) : text;
  });
}

/** Whether a text may turn the direction of a sentence that runs from left to right. */
export function isMixed(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

/** First-strong isolation (UAX 9): what a fact holds cannot turn the sentence around it. */
export function isolate(text: string): string {
  return `\u2068${closed(text)}\u2069`;
}

/** The text without what reaches beyond its end: isolates stay where each is closed, as in a list of isolated names. */
function closed(text: string): string {
  let depth = 0;
  for (const sign of text.replace(/[^\u2066-\u2069]/gu, "")) {
    depth += sign === "\u2069" ? -1 : 1;
    if (depth < 0) break;
  }
  return text.replace(depth === 0 ? /[\u202a-\u202e]/gu : /[\u202a-\u202e\u2066-\u2069]/gu, "");
}
