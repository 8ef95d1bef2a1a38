/** Which records a table shows, and in which order. Pure. */

import type { FormItem } from "../../app/newest.ts";
import { compare, folded } from "../../i18n/format.ts";
import { administrationOf } from "../people.ts";
import { type Column, type State, stateOf } from "./columns.ts";

/** Records with that code in that column. */
export interface Where {
  readonly column: string;
  readonly code: string;
}

/** An empty text is no condition. */
export interface Wanted {
  readonly text: string;
  /** A form, by its hash. */
  readonly template: string;
  readonly administration: string;
  readonly state: State | "";
  /** Days of this device's clock, both included. */
  readonly from: string;
  readonly to: string;
  readonly where: readonly Where[];
}

export const EVERYTHING: Wanted = { text: "", template: "", administration: "", state: "", from: "", to: "", where: [] };

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

/** The columns that a new table begins with, as far as a form asks for them. */
export const FIRST_COLUMNS: readonly string[] = [":at", ":country", ":form", "item.product", "item.quantity", "offence_country", "transport_mode", ":state"];

export const FIRST_SORTING: Sorting = { column: ":at", descending: true };

/** How many conditions hold. */
export function conditions(wanted: Wanted): number {
  const { where, ...texts } = wanted;
  return where.length + Object.values(texts).filter((text) => text !== "").length;
}

/** The columns of these keys, in their order. */
export function shownColumns(columns: readonly Column[], keys: readonly string[]): readonly Column[] {
  const byKey = new Map(columns.map((column) => [column.key, column]));
  return keys.map((key) => byKey.get(key)).filter((column) => column !== undefined);
}

/** The records that keep every condition; a text is looked for in everything that a record says. */
export function chosenRecords(records: readonly FormItem[], columns: readonly Column[], wanted: Wanted): readonly FormItem[] {
  const from = wanted.from === "" ? -Infinity : startOf(wanted.from);
  const to = wanted.to === "" ? Infinity : startOf(wanted.to, 1);
  const where = wanted.where.map(({ column, code }) => ({ column: columns.find(({ key }) => key === column), code }));
  const words = folded(wanted.text).split(/\s+/u).filter(Boolean);
  return records.filter(
    (record) =>
      (wanted.template === "" || record.content.templateHash === wanted.template) &&
      (wanted.administration === "" || administrationOf(record.officerId) === wanted.administration) &&
      (wanted.state === "" || stateOf(record) === wanted.state) &&
      record.atMs >= from &&
      record.atMs < to &&
      where.every(({ column, code }) => column?.codes(record).includes(code) === true) &&
      (words.length === 0 || hasWords(record, columns, words)),
  );
}

/** Sorted by one column; records without an answer there are last either way, and equals stand as in the log. */
export function sortedRecords(records: readonly FormItem[], columns: readonly Column[], { column, descending }: Sorting): readonly FormItem[] {
  const by = columns.find(({ key }) => key === column);
  if (by === undefined) return records;
  const turn = descending ? -1 : 1;
  const keyed = records.map((record) => ({ record, order: by.order(record) }));
  keyed.sort((one, other) => {
    if (one.order === null || other.order === null) return Number(one.order === null) - Number(other.order === null);
    const difference = typeof one.order === "number" ? one.order - Number(other.order) : by.kind === "time" ? (one.order < other.order ? -1 : Number(one.order > other.order)) : compare(one.order, String(other.order));
    return difference === 0 ? one.record.seq - other.record.seq : difference * turn;
  });
  return keyed.map(({ record }) => record);
}

/** The codes that are there in that column, most often first. */
export function codesIn(records: readonly FormItem[], column: Column): readonly string[] {
  const counts = new Map<string, number>();
  for (const record of records) for (const code of new Set(column.codes(record))) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1] || compare(column.codeText(one[0]), column.codeText(other[0]))).map(([code]) => code);
}

/** What a record says in these columns, made once for each set of columns, thus for each language. */
const said = new WeakMap<readonly Column[], WeakMap<FormItem, string>>();

function hasWords(record: FormItem, columns: readonly Column[], words: readonly string[]): boolean {
  const known = said.get(columns) ?? new WeakMap<FormItem, string>();
  said.set(columns, known);
  const text = known.get(record) ?? folded(columns.map((column) => column.text(record)).filter(Boolean).join("\n"));
  known.set(record, text);
  return words.every((word) => text.includes(word));
}

function startOf(day: string, later = 0): number {
  const start = new Date(`${day}T00:00`);
  start.setDate(start.getDate() + later);
  return start.getTime();
}
