/** The catalogues on disk, the ones of all of CENcomm: what of them the browser says. Build time only. */

import { readFileSync } from "node:fs";

import { type Compiled, compile, parsePo } from "./po.ts";

const HOME = new URL("../../../../cencomm/i18n/", import.meta.url);
/** Kept under its own name; what Python alone says is left out. */
const SHARED = /^(?:error|alarm|finding|change)\./u;
const OWN = "web.";

type Source = Readonly<Record<string, string | readonly string[]>>;

/** What stands over and in the tables: titles of columns and sheets, the cover, the data dictionary. */
const TABLES = /^text\.(?:column|sheet|cover|nominal|cen_level|cli\.type)\./u;

/** What stands over the tables of an extraction in one language. */
export interface TableWords {
  /** By key without `text.`: `column.officer`, `sheet.chat`. */
  readonly said: Readonly<Record<string, string>>;
  /** CLDR's names of countries and territories by their codes, those that every client has. */
  readonly territories: Readonly<Record<string, string>>;
}

type Names = (key: string) => string | null;

/** Everything that the browser says in one language, by the keys it uses. */
export function readCatalogue(language: string): Compiled {
  return compile(said(language, nameOf));
}

export function readTableWords(language: string): TableWords {
  const words = [...said(language, (key) => (TABLES.test(key) ? key.slice("text.".length) : null))].map(([key, forms]) => [key, forms[0]!] as const);
  const territories = JSON.parse(readFileSync(new URL("territories.json", HOME), "utf8")) as Record<string, TableWords["territories"]>;
  return { said: Object.fromEntries(words), territories: territories[language] ?? {} };
}

function said(language: string, names: Names): Iterable<readonly [string, readonly string[]]> {
  return language === "en" ? english(names) : translated(language, names);
}

function* english(names: Names): Iterable<readonly [string, readonly string[]]> {
  const source = JSON.parse(readFileSync(new URL("messages.json", HOME), "utf8")) as Source;
  for (const [key, message] of Object.entries(source)) {
    const name = names(key);
    if (name !== null) yield [name, typeof message === "string" ? [message] : message];
  }
}

function* translated(language: string, names: Names): Iterable<readonly [string, readonly string[]]> {
  for (const [key, forms] of parsePo(readFileSync(new URL(`locales/${language}.po`, HOME), "utf8"))) {
    const name = names(key);
    if (name !== null) yield [name, forms];
  }
}

function nameOf(key: string): string | null {
  if (key.startsWith(OWN)) return key.slice(OWN.length);
  return SHARED.test(key) ? key : null;
}
