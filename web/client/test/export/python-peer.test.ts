/** The browser's tables are the Python ones: CSV byte by byte, workbooks cell by cell; and nothing in them is active. */

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { loadWords } from "../../src/engine/extraction_words.ts";
import { CsvWriter } from "../../src/export/csv.ts";
import { dictionaryTables } from "../../src/export/dictionary.ts";
import { formTables } from "../../src/export/forms.ts";
import { type Cell, type Column, Day, DecimalText, Moment, type Row, type Table, asText } from "../../src/export/table.ts";
import { FileWriter, type WrittenFile } from "../../src/export/written_file.ts";
import { XlsxWriter } from "../../src/export/xlsx.ts";
import { LANGUAGES, isRightToLeft } from "../../src/i18n/catalogue.ts";
import { readTemplate } from "../../src/templates_forms/model.ts";
import type { Answers } from "../../src/wire/content.ts";
import { ROOT, askPython } from "../python.ts";

interface Cases {
  readonly texts: readonly string[];
  /** The standard templates, by id. */
  readonly documents: Readonly<Record<string, string>>;
  readonly forms: readonly Answers[];
}

const HEAD: readonly Column[] = [
  { key: "seq", title: "No.", kind: "number", width: 8 },
  { key: "name", title: "Name", kind: "text", width: 18 },
];
const KINDS = ["text", "number", "date", "time"] as const;
const NUMBERS = ["0", "-0", "1.50", "-12.5", "9.95", "0.1", "123456789012345", "1234567890123456", "0.1000000000000000000000000000000001", "0.0000000000000000000000000000000001", "999999999999999.5", "100000000000000000000"];
const DAYS = ["1900-02-28", "1900-03-01", "2024-02-29", "9999-12-31"];
const MOMENTS = [0, 1, -2203891200001, -2203891200000, 1732233600000, 1732233605123, 1732320000000 - 1, 253402300799999];
const NAMES = ["Cells", "cells", "a/b:c*d?e[f]g\\h", "", "  ", "'quoted'", "long text", "Straße & <b>", "x".repeat(40), "x".repeat(40), "😀".repeat(40), "\u0001\ttab\n", "مواد"];
const folder = mkdtempSync(join(tmpdir(), "cencomm-export-"));
let cases: Cases;

/** Every line of every file that is text; empty where the collection is not beside the project. */
function badLines(): string[] {
  const place = resolve(process.env["CENCOMM_SHARED"] ?? resolve(ROOT, "../shared"), "data/badinput");
  if (!existsSync(place)) {
    if (process.env["CI"] === "true") throw new Error("data/badinput is absent (set CENCOMM_SHARED)");
    return [];
  }
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const found: string[] = [];
  for (const entry of readdirSync(place, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    try {
      found.push(...strict.decode(readFileSync(join(entry.parentPath, entry.name))).split("\n"));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return found.filter((line) => line !== "");
}

beforeAll(() => {
  cases = askPython<Cases>("export_peer.py", { do: "cases", bad: badLines() });
});

afterAll(() => rmSync(folder, { recursive: true }));

function typedCells(hostile: readonly string[]): Cell[][] {
  const texts = hostile.map((text): Cell[] => [text, text, text, text]);
  const numbers = NUMBERS.map((text): Cell[] => [new DecimalText(text), new DecimalText(text), null, true]);
  const days = DAYS.map((text): Cell[] => [new Day(text), 7, new Day(text), false]);
  const moments = MOMENTS.map((atMs): Cell[] => [new Moment(atMs), -7, null, new Moment(atMs)]);
  return [...texts, ...numbers, ...days, ...moments, [2 ** 40, -(2 ** 53) + 1, "", null]];
}

function plain(value: Cell): unknown {
  if (value instanceof DecimalText) return { decimal: value.text };
  if (value instanceof Day) return { day: value.text };
  return value instanceof Moment ? { moment: value.atMs } : value;
}

async function* each(forms: readonly Answers[]): AsyncGenerator<{ head: Row; answers: Answers }> {
  for (const [at, answers] of forms.entries()) yield { head: [at + 1, `=${at + 1}`], answers };
}

async function keep(place: string, file: WrittenFile): Promise<void> {
  writeFileSync(join(place, file.name), new Uint8Array(await file.blob.arrayBuffer()));
}

async function write(place: string, tables: readonly Table[], rightToLeft: boolean): Promise<void> {
  const into = new FileWriter("book.xlsx");
  const book = new XlsxWriter(into, rightToLeft);
  for (const [at, table] of tables.entries()) {
    const file = new FileWriter(`${at}.csv`);
    const csv = new CsvWriter(file, table.columns);
    book.sheet(table);
    for await (const row of table.rows) {
      csv.row(row);
      book.row(row);
    }
    csv.finish();
    await keep(place, file.finish());
  }
  book.finish();
  await keep(place, into.finish());
}

test.each(LANGUAGES)("tables in %s are those of the Python side, and nothing in them is active", async (language) => {
  const place = mkdtempSync(join(folder, `${language}-`));
  const words = await loadWords(language);
  const templates = Object.values(cases.documents).map((document) => readTemplate("00", document));
  const template = templates.find(({ id }) => id === "simplified_seizure")!;
  // The whole collection once; the first ones of it in every language.
  const all = language === "en";
  const texts = all ? cases.texts : cases.texts.slice(0, 40);
  const forms = all ? cases.forms : cases.forms.slice(0, 140);
  const cells = typedCells(texts);
  const names = [...NAMES, ...texts.filter((_, at) => at % 50 === 0)];
  const columns = KINDS.map((kind): Column => ({ key: kind, title: kind, kind, width: 18 }));
  const tables: Table[] = [
    { name: "cells", columns, rows: cells },
    { name: "titles", columns: texts.map((title) => ({ key: "key", title, kind: "text", width: 18 }) as const), rows: [] },
    ...names.map((name) => ({ name, columns: [{ key: "key", title: name, kind: "text", width: 18 } as const], rows: [] })),
    ...formTables(template, HEAD, () => each(forms), words),
    ...dictionaryTables(templates, words),
    { name: "prose", columns: ["says", "value"].map((key) => ({ key, title: "", kind: "text", width: 32 }) as const), rows: texts.filter((text) => text !== "").map((text) => [text, text]), isProse: true },
  ];
  await write(place, tables, isRightToLeft(language));
  const asked = { do: "compare", folder: place, language, cells: cells.map((row) => row.map(plain)), titles: texts, names, forms };
  const said = askPython<Record<string, unknown>>("export_peer.py", asked);
  const count = tables.length + 1; // and the long texts
  expect(said).toEqual({
    csv: [],
    tables: tables.length,
    sheets: [],
    same_names: true,
    damaged: null,
    active: 0,
    right_to_left: isRightToLeft(language) ? tables.length : 0,
    frozen: count - 1, // what is to be read has neither
    filters: tables.length - 1,
    count,
  });
}, 120_000);

test("a moment is written as Python writes it", () => {
  expect([0, 1, 1732233600000, 1732233605120].map((atMs) => asText(new Moment(atMs)))).toEqual([
    "1970-01-01T00:00:00+00:00",
    "1970-01-01T00:00:00.001000+00:00",
    "2024-11-22T00:00:00+00:00",
    "2024-11-22T00:00:05.120000+00:00",
  ]);
});
