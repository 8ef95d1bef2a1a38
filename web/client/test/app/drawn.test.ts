import { describe, expect, test } from "vitest";

import { firstDrawn, isScreenFull, lastSeq, type Place, seqFrom, shownSeq } from "../../src/app/drawn.ts";
import type { Line } from "../../src/app/log.ts";
import { AT_ONCE } from "../../src/app/pace.ts";
import type { Item } from "../../src/engine/api.ts";

const entry = (seq: number): Line => ({ kind: "item", key: `seq ${seq}`, item: { seq } as Item });
const day: Line = { kind: "day", key: "day", atMs: 0 };
const unread: Line = { kind: "unread", key: "unread", count: 1 };
const locked = (seq: number): Line => ({ kind: "locked", key: `locked ${seq}`, seq, atMs: 0, count: 2 });
const entries = (from: number, to: number): readonly Line[] => Array.from({ length: to - from + 1 }, (_, at) => entry(from + at));

/** A window in which twenty lines fit, so that thirty are drawn. */
const place = (more: Partial<Place> = {}): Place => ({ height: 600, following: true, top: Infinity, bottom: Infinity, goal: null, toUnread: false, fill: 0, ...more });

describe("the lines that are drawn", () => {
  test("are all of a short log, and the newest of a long one: more than fit into the window", () => {
    expect(firstDrawn(entries(1, 12), place())).toBe(0);
    expect(firstDrawn(entries(1, 200), place())).toBe(170);
    expect(firstDrawn(entries(1, 200), place({ height: 1200 }))).toBe(140);
  });

  test("go with the newest while one reads along", () => {
    expect(firstDrawn(entries(1, 205), place({ top: 171, bottom: 200 }))).toBe(175);
  });

  test("are a few where more is new than fits into the window, then those above them until it is full, a few in each drawing", () => {
    const lines = entries(1, 300);
    const firsts = [firstDrawn(lines, place({ top: 171, bottom: 200 }))];
    while (!isScreenFull(lines, 600, firsts.at(-1)!)) firsts.push(firstDrawn(lines, place({ top: firsts.at(-1)! + 1, bottom: 300, fill: AT_ONCE })));
    expect(firsts).toEqual([296, 292, 288, 284, 280]);
  });

  test("are no more above where as many are new below", () => {
    expect(firstDrawn(entries(1, 308), place({ top: 293, bottom: 300, fill: AT_ONCE }))).toBe(292);
    expect(firstDrawn(entries(1, 303), place({ top: 293, bottom: 300, fill: AT_ONCE }))).toBe(292 - (AT_ONCE - 3));
    expect(firstDrawn(entries(1, 320), place({ top: 281, bottom: 301 }))).toBe(290);
  });

  test("stay while one reads further up, whatever comes above or below", () => {
    expect(firstDrawn(entries(1, 900), place({ following: false, top: 171, bottom: 200 }))).toBe(170);
    expect(firstDrawn(entries(101, 900), place({ following: false, top: 171, bottom: 200 }))).toBe(70);
    expect(firstDrawn(entries(300, 400), place({ following: false, top: 171, bottom: 200 }))).toBe(0);
  });

  test("hold the unread line and what stands before it", () => {
    const lines = [...entries(1, 100), unread, ...entries(101, 200)];
    expect(firstDrawn(lines, place({ toUnread: true }))).toBe(90);
    expect(firstDrawn(entries(1, 200), place({ toUnread: true }))).toBe(170);
    expect(firstDrawn([...entries(1, 199), unread, entry(200)], place({ toUnread: true }))).toBe(171);
  });

  test("hold the entry that is to be brought into view, or the next that has a line of its own", () => {
    const lines = [...entries(1, 50), ...entries(60, 200)];
    expect(firstDrawn(lines, place({ goal: 55, following: false, top: 180 }))).toBe(40);
    expect(shownSeq(lines, 55)).toBe(60);
    expect(shownSeq(lines, 201)).toBeNull();
  });

  test("begin with the day and the unread line that stand before the first entry", () => {
    const lines = [...entries(1, 10), day, unread, locked(11), ...entries(13, 40)];
    expect(firstDrawn(lines, place({ following: false, top: 11, bottom: 40 }))).toBe(10);
    expect(seqFrom(lines, 10)).toBe(11);
    expect(seqFrom(lines, 13)).toBe(13);
    expect(seqFrom([day], 0)).toBe(Infinity);
  });

  test("end with the last that has come, not with what waits to be sent", () => {
    const waiting = { kind: "waiting", key: "x" } as Line;
    expect(lastSeq([...entries(1, 3), waiting])).toBe(3);
    expect(lastSeq([waiting])).toBe(Infinity);
  });
});
