/**
 * CSV that a spreadsheet opens without running anything in it, and that gives back exactly what went in (twin of
 * `cencomm.export.csv`, byte by byte).
 *
 * UTF-8 with a byte order mark (spreadsheets guess wrongly without), RFC 4180. A text that a spreadsheet could take for
 * a formula gets an apostrophe in front (OWASP, "CSV injection"); so does a text that starts with an apostrophe, so that
 * who reads can take one away and lose nothing. The first line holds the columns' keys.
 */

import { type Cell, type Column, type Row, asText } from "./table.ts";
import type { FileWriter } from "./written_file.ts";

const GUARD = "'";
const DANGEROUS = new Set("=+-@\t\r\n＝＋－＠|%'");
const QUOTED = /[",\r\n]/u;
const CHUNK_CHARACTERS = 64 * 1024;
const BYTE_ORDER_MARK = "\ufeff";

export class CsvWriter {
  readonly #into: FileWriter;
  readonly #isPlain: readonly boolean[];
  /** The places of columns with a value of another kind. */
  readonly mixed = new Set<number>();
  #text = BYTE_ORDER_MARK;

  constructor(into: FileWriter, columns: readonly Column[]) {
    this.#into = into;
    this.#isPlain = columns.map((column) => column.kind !== "text");
    this.#line(columns.map((column) => column.key));
  }

  row(row: Row): void {
    this.#line(row.map((value, at) => guarded(value, this.#isPlain[at]!)));
    row.forEach((value, at) => {
      if (typeof value === "string" && this.#isPlain[at] === true) this.mixed.add(at);
    });
  }

  #line(texts: readonly string[]): void {
    this.#text += `${texts.map(quoted).join(",")}\r\n`;
    if (this.#text.length >= CHUNK_CHARACTERS) this.finish();
  }

  finish(): void {
    this.#into.writeText(this.#text);
    this.#text = "";
  }
}

function guarded(value: Cell, isPlainColumn: boolean): string {
  const text = asText(value);
  if (isPlainColumn && typeof value !== "string") return text;
  return DANGEROUS.has(text.slice(0, 1)) ? GUARD + text : text;
}

function quoted(text: string): string {
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
