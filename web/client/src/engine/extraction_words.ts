/** The words over an extraction's tables in the reader's language, loaded when they are needed. */

import type { Wording } from "../export/forms.ts";
import type { Language } from "../i18n/catalogue.ts";
import type { TableWords } from "../i18n/files.ts";

const LOADERS: Readonly<Record<Language, () => Promise<{ readonly default: TableWords }>>> = {
  en: () => import("virtual:tables/en"),
  fr: () => import("virtual:tables/fr"),
  es: () => import("virtual:tables/es"),
  ru: () => import("virtual:tables/ru"),
  ar: () => import("virtual:tables/ar"),
  pt: () => import("virtual:tables/pt"),
};

const FACT = /\{(\w+)\}/gu;

export async function loadWords(language: Language): Promise<Wording> {
  const { said, territories } = (await LOADERS[language]()).default;
  return {
    language,
    // Figures as they are and nothing around them, as Python fills in: the same files from the same records.
    said: (key, facts = {}) => (said[key] ?? key).replace(FACT, (_, name: string) => String(facts[name] ?? "…")),
    territory: (code) => (Object.hasOwn(territories, code) ? territories[code]! : code),
  };
}
