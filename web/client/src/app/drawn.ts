/** Which lines of a log stand in the page: those around the place where one reads, so that a long log costs no more. Pure. */

import type { Line } from "./log.ts";
import { AT_ONCE } from "./pace.ts";

/** The height of the lowest line, in pixels; so many screens are drawn while one reads along at the newest, of so many lines at least. */
const LOWEST_LINE = 30;
const SCREENS = 1.5;
const LEAST = 20;
/** Lines above the one that is to be brought into view. */
const BEFORE = 10;
/** As many are added as one reads up to the first. */
export const MORE = 40;

export interface Place {
  /** The height of the window, in pixels. */
  readonly height: number;
  /** One reads along at the newest. */
  readonly following: boolean;
  /** The seqs of the first and the last entry that were drawn before; Infinity at the first drawing. */
  readonly top: number;
  readonly bottom: number;
  /** The seq to bring into view; null where none is wanted. */
  readonly goal: number | null;
  /** The unread line is to be brought into view. */
  readonly toUnread: boolean;
  /** So many lines may come above the first while one reads along, less those that come below. */
  readonly fill: number;
}

/** The index of the first line to draw. */
export function firstDrawn(lines: readonly Line[], { height, following, top, bottom, goal, toUnread, fill }: Place): number {
  const screen = screenOf(height);
  const newest = Math.max(0, lines.length - Math.ceil(SCREENS * screen));
  if (goal !== null) return above(lines, indexOfSeq(lines, goal), newest);
  if (toUnread) return above(lines, lines.findIndex(({ kind }) => kind === "unread"), newest);
  if (top === Infinity) return newest;
  const before = withHead(lines, indexOfSeq(lines, top));
  if (!following) return before;
  const fresh = lines.length - indexOfSeq(lines, bottom + 1);
  // More is new than a screen shows: nobody will see what went past, and what stands above the newest comes in the next frames.
  if (fresh > screen) return lines.length - AT_ONCE;
  return Math.max(newest, before - Math.max(0, fill - fresh));
}

/** Whether the lines from that one on fill the window. */
export function isScreenFull(lines: readonly Line[], height: number, first: number): boolean {
  return first <= Math.max(0, lines.length - screenOf(height));
}

function screenOf(height: number): number {
  return Math.max(LEAST, Math.ceil(height / LOWEST_LINE));
}

/** The seq of the first entry from that line on, or Infinity. */
export function seqFrom(lines: readonly Line[], index: number): number {
  for (let at = index; at < lines.length; at++) {
    const seq = seqOf(lines[at]!);
    if (seq !== null) return seq;
  }
  return Infinity;
}

/** The seq of the last entry, or Infinity. */
export function lastSeq(lines: readonly Line[]): number {
  return lines.map(seqOf).findLast((seq) => seq !== null) ?? Infinity;
}

/** The seq of the first entry at or after that seq that has a line of its own; null where there is none. */
export function shownSeq(lines: readonly Line[], goal: number): number | null {
  const line = lines[indexOfSeq(lines, goal)];
  return line === undefined ? null : seqOf(line);
}

function seqOf(line: Line): number | null {
  if (line.kind === "item") return line.item.seq;
  return line.kind === "locked" ? line.seq : null;
}

function indexOfSeq(lines: readonly Line[], seq: number): number {
  const found = lines.findIndex((line) => (seqOf(line) ?? -1) >= seq);
  return found < 0 ? lines.length : found;
}

function above(lines: readonly Line[], index: number, newest: number): number {
  return index < 0 ? newest : withHead(lines, Math.max(0, Math.min(index - BEFORE, newest)));
}

/** The day and the unread line that stand directly before an entry go with it. */
function withHead(lines: readonly Line[], index: number): number {
  let first = index;
  while (first > 0 && seqOf(lines[first - 1]!) === null) first--;
  return first;
}
