import { describe, expect, test } from "vitest";

import { linesOf, mergeItems } from "../../src/app/log.ts";
import { parseRoute, type Route, sheetInLink, writeRoute } from "../../src/app/route.ts";
import { ownScript } from "../../src/app/trusted-types.ts";
import type { Item, Waiting } from "../../src/engine/api.ts";
import { checkEntering, type Entering, proposedDevice } from "../../src/screens/gate/entering.ts";
import { mentionBeingTyped, mentionsIn, pieces } from "../../src/screens/room/text.ts";

const item = (seq: number, more: Partial<Item> = {}): Item => ({
  seq,
  atMs: Date.UTC(2026, 10, 22, 12, seq),
  kind: "chat",
  standing: "verified",
  sender: "KE/otieno/laptop",
  officerId: "KE/otieno",
  own: false,
  clientRef: `ref-${seq}`,
  groupId: "",
  epoch: 0,
  sentAtMs: 0,
  reason: "",
  content: null,
  findings: null,
  ...more,
});
const sending = (clientRef: string): Waiting => ({ clientRef, state: "waiting", content: null, sentAtMs: 0, reason: "" });
const kinds = (...given: Parameters<typeof linesOf>): readonly string[] => linesOf(...given).map((line) => line.kind);

describe("the log", () => {
  test("the unread line stands before the first unread entry of another, with their number", () => {
    const lines = linesOf([item(1), item(2, { own: true }), item(3), item(4, { kind: "members" }), item(5)], [], 1, false);
    expect(lines.map(({ key }) => key)).toEqual(["day Sun Nov 22 2026", "ref-1", "ref-2", "unread", "ref-3", "ref-4", "ref-5"]);
    expect(lines.find((line) => line.kind === "unread")).toMatchObject({ count: 2 });
  });

  test("a day stands before its first entry", () => {
    expect(kinds([item(1), item(2, { atMs: Date.UTC(2026, 10, 24) })], [], 9, false)).toEqual(["day", "item", "day", "item"]);
  });

  test("what waits comes last, and goes once it is back under the same name", () => {
    expect(kinds([item(1)], [sending("x")], 9, false)).toEqual(["day", "item", "waiting"]);
    expect(kinds([item(1)], [sending("ref-1")], 9, false)).toEqual(["day", "item"]);
  });

  test("entries that cannot be opened are told once, with their number", () => {
    const lines = linesOf([item(1, { standing: "locked" }), item(2, { kind: "locked" }), item(3), item(4, { kind: "locked" })], [], 9, false);
    expect(lines.map((line) => (line.kind === "locked" ? line.count : line.kind))).toEqual(["day", 2, "item", 1]);
  });

  test("records alone are forms alone", () => {
    expect(kinds([item(1), item(2, { kind: "form" })], [sending("x")], 0, true)).toEqual(["day", "item"]);
  });

  test("pages join by seq, and a later reading holds", () => {
    const opened = item(2, { standing: "locked" });
    expect(mergeItems([item(3)], [item(1), opened]).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(mergeItems([opened], [item(2)])[0]?.standing).toBe("verified");
    const held = [item(1)];
    expect(mergeItems(held, [])).toBe(held);
  });
});

describe("text", () => {
  test("mentions and codes are cut out, the rest stays as it was", () => {
    const found = pieces("@R. Lahlou hold QTMU 581204-0 now", new Map([["MA/lahlou", "R. Lahlou"]]));
    expect(found.map(({ kind }) => kind)).toEqual(["mention", "plain", "code", "plain"]);
    expect(found.map(({ text }) => text).join("")).toBe("@R. Lahlou hold QTMU 581204-0 now");
  });

  test.each(["<img src=x onerror=alert(1)>", "\u202etxt", "", "ABC", "@", "A1"])("nothing is lost or added: %j", (text) => {
    expect(pieces(text, new Map()).map((piece) => piece.text).join("")).toBe(text);
  });

  test("the name after an @ is being typed", () => {
    expect(mentionBeingTyped("see @la", 7)).toEqual({ from: 4, typed: "la" });
    expect(mentionBeingTyped("mail@la", 7)).toBeNull();
    expect(mentionsIn("see @R. Lahlou", new Map([["MA/lahlou", "R. Lahlou"], ["KE", "Kenya"]]))).toEqual(["MA/lahlou"]);
  });
});

describe("addresses", () => {
  const cugId = "ab".repeat(16);
  const routes: readonly Route[] = [
    { at: "list" },
    { at: "new" },
    { at: "settings" },
    { at: "room", cugId, tab: "conversation" },
    { at: "room", cugId, tab: "safety" },
    { at: "analysis", cugId, view: "table" },
    { at: "designer", cugId },
    { at: "analysis", cugId, view: "figures" },
    { at: "analysis", cugId, view: "chains" },
    { at: "form", cugId, templateHash: "5f".repeat(32), replaces: "", from: "0c".repeat(16) },
    { at: "form", cugId, templateHash: "5f".repeat(32), replaces: "" },
    { at: "form", cugId, templateHash: "5f".repeat(32), replaces: "0c".repeat(16) },
  ];

  test.each(routes)("%o comes back", (route) => {
    expect(parseRoute(writeRoute(route))).toEqual(route);
  });

  test.each(["", "#/nowhere", "#/group/<script>", "#/group/../form"])("%j leads to the list", (hash) => {
    expect(parseRoute(hash)).toEqual({ at: "list" });
  });

  test("a sheet is taken from a link and from nothing else", () => {
    expect(sheetInLink(`#sheet=cencomm1:${"a".repeat(40)}`)).toBe(`cencomm1:${"a".repeat(40)}`);
    expect(sheetInLink("#/group/ab")).toBeNull();
  });

  test("only scripts of the own build run", () => {
    const base = "https://cencomm.example/";
    expect(ownScript("/assets/worker-a1.js", base)).toBe("https://cencomm.example/assets/worker-a1.js");
    for (const foreign of ["https://evil.example/assets/a.js", "data:text/javascript,1", "/v1/account", "/assets/../x.js"]) {
      expect(() => ownScript(foreign, base)).toThrow(TypeError);
    }
  });
});

describe("entering with a sheet", () => {
  const right: Entering = { way: "enrol", device: "laptop", password: "correct horse battery", repeated: "correct horse battery" };

  test("what is right passes", () => {
    expect(checkEntering(right)).toEqual({});
    expect(checkEntering({ ...right, way: "device", password: "x", repeated: "" })).toEqual({});
  });

  test("the proposed name of a device is one that passes", () => {
    const device = proposedDevice(false, new Uint8Array([7, 255]));
    expect(device).toBe("laptop-07ff");
    expect(checkEntering({ ...right, device })).toEqual({});
  });

  test("each mistake is named", () => {
    expect(checkEntering({ ...right, device: "My Laptop", password: "short" })).toEqual({ device: "gate.device_bad", password: "gate.password_short" });
    expect(checkEntering({ ...right, repeated: "other" })).toEqual({ repeated: "gate.differ" });
  });
});
