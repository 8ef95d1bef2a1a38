/** The log of a room as lines to draw: days, the unread line, entries. Pure. */

import type { Item, Waiting } from "../engine/api.ts";

export type Line =
  | { readonly kind: "day"; readonly key: string; readonly atMs: number }
  | { readonly kind: "unread"; readonly key: string; readonly count: number }
  /** Entries one after another that cannot be opened here. */
  | { readonly kind: "locked"; readonly key: string; readonly seq: number; readonly atMs: number; readonly count: number }
  | { readonly kind: "item"; readonly key: string; readonly item: Item }
  | { readonly kind: "waiting"; readonly key: string; readonly waiting: Waiting };

const COUNTED: ReadonlySet<Item["kind"]> = new Set(["chat", "form"]);
const SILENT: ReadonlySet<Item["kind"]> = new Set(["group"]);

/** Both, by seq; where a seq is in both, the later reading holds. */
export function mergeItems(held: readonly Item[], arrived: readonly Item[]): readonly Item[] {
  if (arrived.length === 0) return held;
  const last = held.at(-1);
  if (isRising(arrived, last?.seq ?? 0)) return [...held, ...arrived];
  const bySeq = new Map(held.map((item) => [item.seq, item]));
  for (const item of arrived) bySeq.set(item.seq, item);
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}

function isRising(items: readonly Item[], after: number): boolean {
  return items.every((item, at) => item.seq > (at === 0 ? after : items[at - 1]!.seq));
}

/** The lines of a log. `readSeq` is what had been read when the room was entered; own entries are never unread. */
export function linesOf(items: readonly Item[], waiting: readonly Waiting[], readSeq: number, recordsOnly: boolean): readonly Line[] {
  const lines: Line[] = [];
  const shown = items.filter((item) => (recordsOnly ? item.kind === "form" : !SILENT.has(item.kind)));
  const unread = recordsOnly ? 0 : shown.filter((item) => isUnread(item, readSeq)).length;
  let day = "";
  let marked = unread === 0;
  for (const item of shown) {
    const itsDay = new Date(item.atMs).toDateString();
    if (itsDay !== day) lines.push({ kind: "day", key: `day ${itsDay}`, atMs: item.atMs });
    day = itsDay;
    if (!marked && isUnread(item, readSeq)) {
      lines.push({ kind: "unread", key: "unread", count: unread });
      marked = true;
    }
    if (isLocked(item)) {
      const before = lines.at(-1);
      if (before?.kind === "locked") lines[lines.length - 1] = { ...before, count: before.count + 1 };
      else lines.push({ kind: "locked", key: `locked ${item.seq}`, seq: item.seq, atMs: item.atMs, count: 1 });
      continue;
    }
    lines.push({ kind: "item", key: item.clientRef === "" ? `seq ${item.seq}` : item.clientRef, item });
  }
  const back = new Set(items.map((item) => item.clientRef));
  for (const sending of waiting) {
    if (back.has(sending.clientRef) || (recordsOnly && sending.content?.kind !== "form")) continue;
    lines.push({ kind: "waiting", key: sending.clientRef, waiting: sending });
  }
  return lines;
}

function isLocked(item: Item): boolean {
  return item.standing === "locked" || item.kind === "locked";
}

function isUnread(item: Item, readSeq: number): boolean {
  return item.seq > readSeq && !item.own && COUNTED.has(item.kind);
}
