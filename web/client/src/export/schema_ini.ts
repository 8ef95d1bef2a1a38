/**
 * `schema.ini`: what the text drivers of Windows (Access, Excel, ODBC) must know of CSV files to read them as meant
 * (twin of `cencomm.export.schema_ini`, byte by byte).
 *
 * One section for each file. A column in which some value is not of its kind is declared as text, so that none is lost;
 * so is a moment, which those drivers cannot read in ISO 8601.
 */

import type { Column, Kind } from "./table.ts";

export const NAME = "schema.ini";
const TYPES: Readonly<Record<Kind, string>> = { number: "Double", date: "DateTime", time: "LongChar", text: "LongChar" };

/** One CSV file: its columns, and the places of those that hold a value of another kind. */
export interface Section {
  readonly file: string;
  readonly columns: readonly Column[];
  readonly mixed: ReadonlySet<number>;
}

export function schemaIni(sections: readonly Section[]): string {
  return sections
    .flatMap(linesOf)
    .map((line) => `${line}\r\n`)
    .join("");
}

function linesOf({ file, columns, mixed }: Section): string[] {
  const names = uniqueKeys(columns);
  return [
    `[${file}]`,
    "ColNameHeader=True",
    "Format=CSVDelimited",
    "CharacterSet=65001",
    "MaxScanRows=0",
    "DecimalSymbol=.",
    "DateTimeFormat=yyyy-mm-dd",
    ...columns.map(({ kind }, at) => `Col${at + 1}="${names[at]}" ${mixed.has(at) ? "LongChar" : TYPES[kind]}`),
    "",
  ];
}

/** The keys of the columns, a second one of the same name with a number. */
function uniqueKeys(columns: readonly Column[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ key }) => {
    let name = key;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${key}_${number}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
