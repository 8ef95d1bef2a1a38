/** The catalogues on disk: the screens' own, and the sentences for refusals and alarms that all of CENcomm shares. Build time only. */

import { readFileSync } from "node:fs";

import { MESSAGES } from "./messages.ts";
import { type Compiled, compile, parsePo, type Po } from "./po.ts";

const SHARED = new URL("../../../../cencomm/i18n/locales/", import.meta.url);
const OWN = new URL("./locales/", import.meta.url);
const SHARED_KEY = /^(?:error|alarm)\./u;

export const TRANSLATED = ["fr", "es", "ru", "ar", "pt"] as const;

/** The screens' catalogue of one language other than English. */
export function readOwn(language: string): Po {
  return parsePo(readFileSync(new URL(`${language}.po`, OWN), "utf8"));
}

/** Everything that the browser says in one language. */
export function readCatalogue(language: string): Compiled {
  const english = language === "en";
  const shared = [...parsePo(readFileSync(new URL(`${english ? "fr" : language}.po`, SHARED), "utf8"))]
    .filter(([key]) => SHARED_KEY.test(key))
    .map(([key, entry]) => [key, english ? entry.english : entry.forms] as const);
  const own = english
    ? Object.entries(MESSAGES).map(([key, said]) => [key, typeof said === "string" ? [said] : said] as const)
    : [...readOwn(language)].map(([key, entry]) => [key, entry.forms] as const);
  return compile([...shared, ...own]);
}
