/** The catalogues on disk, the ones of all of CENcomm: what of them the browser says. Build time only. */

import { readFileSync } from "node:fs";

import { type Compiled, compile, parsePo } from "./po.ts";

const HOME = new URL("../../../../cencomm/i18n/", import.meta.url);
/** Kept under its own name; what Python alone says is left out. */
const SHARED = /^(?:error|alarm|finding)\./u;
const OWN = "web.";

type Source = Readonly<Record<string, string | readonly string[]>>;

/** Everything that the browser says in one language, by the keys it uses. */
export function readCatalogue(language: string): Compiled {
  return compile(language === "en" ? english() : translated(language));
}

function* english(): Iterable<readonly [string, readonly string[]]> {
  const source = JSON.parse(readFileSync(new URL("messages.json", HOME), "utf8")) as Source;
  for (const [key, said] of Object.entries(source)) {
    const name = nameOf(key);
    if (name !== null) yield [name, typeof said === "string" ? [said] : said];
  }
}

function* translated(language: string): Iterable<readonly [string, readonly string[]]> {
  for (const [key, forms] of parsePo(readFileSync(new URL(`locales/${language}.po`, HOME), "utf8"))) {
    const name = nameOf(key);
    if (name !== null) yield [name, forms];
  }
}

function nameOf(key: string): string | null {
  if (key.startsWith(OWN)) return key.slice(OWN.length);
  return SHARED.test(key) ? key : null;
}
