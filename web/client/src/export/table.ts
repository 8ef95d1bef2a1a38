/** What every export format is made from: named columns with a kind, and rows of plain values (twin of `cencomm.export.table`). */

/** A decimal number exactly as it was written: digits, at most one point, perhaps a sign. */
export class DecimalText {
  constructor(readonly text: string) {}
}

/** A day of the calendar, `2026-11-22`. */
export class Day {
  constructor(readonly text: string) {}
}

/** A moment, in milliseconds since 1970, UTC. */
export class Moment {
  constructor(readonly atMs: number) {}

  /** As Python's `isoformat` writes it. */
  get text(): string {
    const iso = new Date(this.atMs).toISOString();
    return iso.endsWith(".000Z") ? `${iso.slice(0, -5)}+00:00` : `${iso.slice(0, -1)}000+00:00`;
  }
}

export type Cell = string | number | boolean | DecimalText | Day | Moment | null;
export type Row = readonly Cell[];

/** What a column holds. A value of another kind in it is written as text, never dropped. `time` is a moment, in UTC. */
export type Kind = "text" | "number" | "date" | "time";

/** `key` is stable and for programs, `title` is for people in their language; `width` in characters. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly kind: Kind;
  readonly width: number;
}

export const WIDTH = 18;

/** `rows` is read once; each row has one cell for each column. */
export interface Table {
  readonly name: string;
  /** What is to be read rather than counted: names and what they stand for, without titles in a workbook. */
  readonly isProse?: boolean;
  readonly columns: readonly Column[];
  readonly rows: Iterable<Row> | AsyncIterable<Row>;
}

/** The value as a program reads it back: ISO 8601, decimals without rounding, true and false. */
export function asText(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  return typeof value === "object" ? value.text : String(value);
}
