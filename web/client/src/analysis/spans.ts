/** Days in one row without a gap, several together where there are many. Pure. */

import { UNKNOWN } from "./reported.ts";
import type { Line } from "./tally.ts";

export interface Span {
  /** First and last day: `2026-11-22`. */
  readonly from: string;
  readonly to: string;
  readonly value: number;
}

const DAY_MS = 86_400_000;
const MOST = 60;
/** A year that was mistyped does not stretch the row: so many days before the last one at most. */
const LONGEST_DAYS = 3_660;

/** Of lines by day; what has no day is not among them. */
export function spansOf(lines: readonly Line[], measure: (line: Line) => number): readonly Span[] {
  const known = lines.filter(({ code }) => code !== UNKNOWN && !Number.isNaN(Date.parse(code))).map((line) => ({ day: Date.parse(line.code) / DAY_MS, value: measure(line) }));
  if (known.length === 0) return [];
  const last = Math.max(...known.map(({ day }) => day));
  const first = Math.max(last - LONGEST_DAYS, Math.min(...known.map(({ day }) => day)));
  const step = Math.ceil((last - first + 1) / MOST);
  const values = new Array<number>(Math.ceil((last - first + 1) / step)).fill(0);
  for (const { day, value } of known) if (day >= first) values[Math.floor((day - first) / step)]! += value;
  return values.map((value, at) => ({ from: textOf(first + at * step), to: textOf(Math.min(last, first + (at + 1) * step - 1)), value }));
}

function textOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
