/**
 * The cover of an extraction: what it is, which marking binds it, and what it was made from (twin of
 * `cencomm.client.extraction_cover`).
 */

import { type ColumnPlan, type Wording, titled } from "../export/forms.ts";
import { MARKINGS, markedFields, markingOf, stricter } from "../export/profiles.ts";
import type { Row, Table } from "../export/table.ts";
import type { ReadSigned } from "./extraction_tables.ts";
import { type Examined, answersOf, formParts } from "./verify_rows.ts";

const COLUMNS: ColumnPlan = [
  ["says", "text", 32],
  ["value", "text", 100],
];

/** What tables say that the records do not. */
export interface Origin {
  /** SHA-256 of the manifest with none but the proofs among its files. */
  readonly basis: string;
  readonly extractedBy: string;
}

/** What is said about the whole, a line each. */
export function coverTable(found: Examined, origin: Origin, words: Wording, read: ReadSigned): Table {
  return {
    name: words.said("sheet.cover"),
    columns: titled(COLUMNS, words),
    rows: lines(found, origin, words, read),
    isProse: true,
  };
}

async function* lines(found: Examined, { basis, extractedBy }: Origin, words: Wording, read: ReadSigned): AsyncGenerator<Row> {
  const last = found.events.at(-1);
  const said: readonly (readonly [key: string, value: string])[] = [
    ["operation", found.title],
    ["code", found.operationCode],
    ["scope", words.said("cover.scope.full")],
    ["handling", handling(await strictestMarking(found, read), words)],
    ["extracted_by", extractedBy],
    ["up_to", last === undefined ? "" : words.said("cover.up_to_event", { seq: last.seq })],
    ["records", String(found.records.length)],
    ["forms", String(found.forms)],
    ["unopened", found.unopened.length === 0 ? "" : String(found.unopened.length)],
    ["basis", basis],
    ["check", words.said("cover.how_to_check")],
  ];
  for (const [key, value] of said) if (value !== "") yield [words.said(`cover.${key}`), value];
}

/** Of all forms that the extraction holds. */
async function strictestMarking(found: Examined, read: ReadSigned): Promise<string> {
  const marked = new Map([...found.templates].filter(([, { form }]) => markedFields(form).length > 0));
  let strictest = "";
  for (const row of found.records) {
    const template = row.form === null ? undefined : marked.get(row.form.templateHash);
    if (template !== undefined) strictest = stricter(markingOf(template.form, answersOf(formParts(await read(row)))), strictest);
    if (strictest === MARKINGS.at(-1)) break;
  }
  return strictest;
}

function handling(marking: string, words: Wording): string {
  if (marking === "") return words.said("cover.unmarked");
  return words.said("cover.marked", { marking: `TLP:${marking.toUpperCase().replaceAll("_", "+")}` });
}
