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

export interface ExtractionWords extends Wording {
  /** The name of a sheet by its key. */
  readonly sheet: (key: string) => string;
}

export async function loadWords(language: Language): Promise<ExtractionWords> {
  const { titles, territories } = (await LOADERS[language]()).default;
  return {
    language,
    column: (key) => titles[`column.${key}`] ?? key,
    sheet: (key) => titles[`sheet.${key}`] ?? key,
    territory: (code) => (Object.hasOwn(territories, code) ? territories[code]! : code),
  };
}
