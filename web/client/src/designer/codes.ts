/** A list of codes as one pastes it from a spreadsheet: a code, a tab, its word in each language. Pure. */

import { type Language, LANGUAGES } from "../i18n/catalogue.ts";
import type { CodeDoc } from "./document.ts";

const CODE = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/u;
const MAX_WORD = 2_000;
/** A first line may say what stands in which column. */
const CODE_HEADINGS: ReadonlySet<string> = new Set(["code", "name", "key"]);

/** `kind` names the sentence `design.line_<kind>`; lines count from 1. */
export interface LineError {
  readonly line: number;
  readonly kind: "code" | "twice" | "word" | "columns";
  readonly code: string;
}

export interface Pasted {
  readonly codes: readonly CodeDoc[];
  readonly errors: readonly LineError[];
}

/** The list as lines, with a heading: `code en fr …`. */
export function asLines(codes: readonly CodeDoc[], wanted: readonly Language[]): string {
  return [["code", ...wanted].join("\t"), ...codes.map(({ key, labels = {} }) => [key, ...wanted.map((language) => labels[language] ?? "")].join("\t").replace(/\t+$/u, ""))].join("\n");
}

/**
 * The codes of the lines. Without a heading the one word of a line is in the reader's language. What a known code has
 * besides (words in other languages, what rules look up) it keeps.
 */
export function pastedCodes(text: string, reader: Language, known: readonly CodeDoc[]): Pasted {
  const lines = text.replace(/\r\n?/gu, "\n").split("\n");
  const heading = columnsOf(lines[0] ?? "");
  const columns = heading ?? [reader];
  const before = new Map(known.map((code) => [code.key, code]));
  const codes = new Map<string, CodeDoc>();
  const errors: LineError[] = [];
  lines.forEach((line, at) => {
    if (line.trim() === "" || (at === 0 && heading !== null)) return;
    const [code = "", ...said] = line.split("\t").map((cell) => cell.trim());
    const wrong = codes.has(code) ? "twice" : !CODE.test(code) ? "code" : said.length > columns.length ? "columns" : said.some((word) => word.length > MAX_WORD) ? "word" : null;
    if (wrong !== null) return void errors.push({ line: at + 1, kind: wrong, code: code.slice(0, 64) });
    const old = before.get(code);
    const labels = { ...old?.labels, ...Object.fromEntries(said.flatMap((word, column) => (word === "" ? [] : [[columns[column]!, word]]))) };
    codes.set(code, { key: code, labels, ...(old?.attributes === undefined ? {} : { attributes: old.attributes }) });
  });
  return { codes: [...codes.values()], errors };
}

/** The languages of the columns after the code; null where the line is no heading. */
function columnsOf(line: string): Language[] | null {
  const [first = "", ...others] = line.split("\t").map((cell) => cell.trim().toLowerCase());
  const found = others.map((other) => LANGUAGES.find((one) => one === other || other === `label::${one}` || other.endsWith(`(${one})`)));
  return CODE_HEADINGS.has(first) && found.length > 0 && found.every((one) => one !== undefined) ? (found as Language[]) : null;
}
