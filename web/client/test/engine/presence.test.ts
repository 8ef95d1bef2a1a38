/** What the engine knows of who is on line and who types: only what it asked for, and not for long. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { PresenceView } from "../../src/engine/api.ts";
import { MOST_ATTENDED, Presence } from "../../src/engine/presence.ts";
import { fromHex } from "../../src/crypto/bytes.ts";
import { type ClientFrame, TYPING_EVERY_MS, TYPING_LASTS_MS } from "../../src/wire/frames.ts";

const CUG = "0c".repeat(16);
const OTHER = "0d".repeat(16);
const OTIENO = "KE/otieno";
const SILVA = "BR/silva";
const NOBODY: PresenceView = { present: null, writing: [] };

let sent: ClientFrame[];
let told: (readonly [string, PresenceView])[];
let presence: Presence;

const watch = (cugId: string): ClientFrame => ({ frame: "watch", cugId: fromHex(cugId) });
const present = (cugId: string, ...officers: string[]) => ({ frame: "present", cugId: fromHex(cugId), officers }) as const;
const writes = (cugId: string, officer: string) => ({ frame: "writes", cugId: fromHex(cugId), officer }) as const;
const last = (): PresenceView | undefined => told.at(-1)?.[1];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  sent = [];
  told = [];
  presence = new Presence((frame) => sent.push(frame), (cugId, view) => told.push([cugId, view]));
});
afterEach(() => {
  presence.stop();
  vi.useRealTimers();
});

test("a CUG is asked about once, and again with each connection", () => {
  expect(presence.resume()).toEqual([]);
  presence.attend(CUG);
  presence.attend(CUG);
  expect(sent).toEqual([watch(CUG)]);
  expect(presence.resume()).toEqual([watch(CUG)]);
});

test("of many, the last few are asked about", () => {
  const cugs = Array.from({ length: MOST_ATTENDED + 1 }, (_, at) => at.toString(16).padStart(2, "0").repeat(16));
  for (const cugId of cugs) presence.attend(cugId);
  expect(sent.at(-1)).toEqual({ frame: "unwatch", cugId: fromHex(cugs[0]!) });
  expect(presence.resume()).toEqual(cugs.slice(1).map(watch));
});

test("who is on line is what was said last, until the line breaks", () => {
  expect(presence.attend(CUG)).toEqual(NOBODY);
  presence.take(present(CUG, OTIENO, SILVA));
  presence.take(present(CUG, SILVA));
  expect(told.map(([cugId, { present: officers }]) => [cugId, officers])).toEqual([[CUG, [OTIENO, SILVA]], [CUG, [SILVA]]]);
  expect(presence.attend(CUG)).toEqual({ present: [SILVA], writing: [] });
  presence.take(writes(CUG, SILVA));
  presence.disconnected();
  expect(last()).toEqual(NOBODY);
});

test("what was not asked for is left", () => {
  presence.take(present(OTHER, OTIENO));
  presence.take(writes(OTHER, OTIENO));
  presence.said(OTHER, [OTIENO]);
  expect(told).toEqual([]);
});

test("typing ends by itself, one after the other", () => {
  presence.attend(CUG);
  presence.take(writes(CUG, OTIENO));
  vi.advanceTimersByTime(TYPING_EVERY_MS);
  presence.take(writes(CUG, SILVA));
  expect(last()?.writing).toEqual([OTIENO, SILVA]);
  vi.advanceTimersByTime(TYPING_LASTS_MS - TYPING_EVERY_MS);
  expect(last()?.writing).toEqual([SILVA]);
  vi.advanceTimersByTime(TYPING_EVERY_MS);
  expect(last()?.writing).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test("who goes on typing stays, and nothing is drawn again for it", () => {
  presence.attend(CUG);
  presence.take(writes(CUG, OTIENO));
  for (let at = 0; at < 4; at++) {
    vi.advanceTimersByTime(TYPING_EVERY_MS);
    presence.take(writes(CUG, OTIENO));
  }
  expect(told).toHaveLength(1);
  vi.advanceTimersByTime(TYPING_LASTS_MS);
  expect(last()?.writing).toEqual([]);
});

test("typing ends when what was typed has come", () => {
  presence.attend(CUG);
  presence.take(writes(CUG, OTIENO));
  presence.said(CUG, [SILVA]);
  expect(told).toHaveLength(1);
  presence.said(CUG, [OTIENO, SILVA]);
  expect(last()?.writing).toEqual([]);
});

test("a server that names everybody costs no memory", () => {
  presence.attend(CUG);
  for (let at = 0; at < 100; at++) presence.take(writes(CUG, `KE/${at}`));
  expect(last()?.writing).toHaveLength(20);
});

test("typing is said at most so often", () => {
  for (let at = 0; at < 10; at++) presence.typing(CUG);
  expect(sent).toEqual([watch(CUG), { frame: "typing", cugId: fromHex(CUG) }]);
  vi.advanceTimersByTime(TYPING_EVERY_MS);
  presence.typing(CUG);
  expect(sent).toHaveLength(3);
});
