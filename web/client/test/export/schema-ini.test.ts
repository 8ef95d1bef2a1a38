/** What Access must know of the CSV files. */

import { expect, test } from "vitest";

import { schemaIni } from "../../src/export/schema_ini.ts";

const column = (key: string, kind: "text" | "number" | "date" | "time") => ({ key, title: key, kind, width: 8 });

test("a column with a value of another kind is text, and a second column of one name gets a number", () => {
  const columns = [column("seq", "number"), column("Seq", "number"), column("day", "date"), column("at", "time"), column("says", "text")];
  const lines = schemaIni([{ file: "a.csv", columns, mixed: new Set([1]) }]).split("\r\n");
  expect(lines[0]).toBe("[a.csv]");
  expect(lines.filter((line) => line.startsWith("Col") && line !== "ColNameHeader=True")).toEqual([
    'Col1="seq" Double',
    'Col2="Seq_2" LongChar',
    'Col3="day" DateTime',
    'Col4="at" LongChar',
    'Col5="says" LongChar',
  ]);
});
