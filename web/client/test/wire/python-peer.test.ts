/** Byte for byte what msgspec writes, and readable by it: the Python side is asked, not remembered. */

import { beforeAll, expect, test } from "vitest";

import { fromHex, toHex, utf8 } from "../../src/crypto/bytes.ts";
import { type Content, decodeContent, encodeContent } from "../../src/wire/content.ts";
import { type ClientFrame, EventKind, NoticeKind, decodeClientFrame, decodeServerFrame, encodeFrame } from "../../src/wire/frames.ts";
import { askPython } from "../python.ts";

const CUG = Uint8Array.from({ length: 16 }, (_, index) => index);
const REF = Uint8Array.from({ length: 16 }, (_, index) => 16 + index);
const HASH = Uint8Array.from({ length: 32 }, (_, index) => index);
const TIME = 1_790_000_000_123;

const CLIENT: Record<string, ClientFrame> = {
  subscribe: { frame: "subscribe", cugId: CUG, afterSeq: 128 },
  unsubscribe: { frame: "unsubscribe", cugId: CUG },
  send: { frame: "send", cugId: CUG, clientRef: REF, kind: EventKind.RECORD, body: utf8("x".repeat(300)) },
  commit: {
    frame: "commit",
    cugId: CUG,
    clientRef: REF,
    body: utf8("body"),
    groupInfo: utf8("info"),
    welcomes: [{ deviceId: "KE/otieno/laptop", keyPackageRef: HASH, welcome: utf8("welcome") }],
  },
  start_group: { frame: "start_group", cugId: CUG, clientRef: REF, body: utf8("start") },
  ping: { frame: "ping", token: 2 ** 33 },
  watch: { frame: "watch", cugId: CUG },
  unwatch: { frame: "unwatch", cugId: CUG },
  typing: { frame: "typing", cugId: CUG },
};

const ANSWERS = { a: "é\u202e", n: -5, big: 2 ** 40, yes: true, codes: ["x", "y"], rows: [{ q: 1 }, {}] };
const FORM = { t: "form", templateHash: HASH, templateId: "simplified_seizure", version: "1", recordId: REF } as const;
const FILE = { hash: HASH, length: 262_160, key: HASH, size: 9, name: "seal.jpg", mediaType: "image/jpeg" } as const;
const CONTENTS: Record<string, Content> = {
  chat: { t: "chat", text: "أهلا 👋", lang: "", replyTo: null, mentions: [] },
  chat_full: { t: "chat", text: "ready", lang: "en", replyTo: REF, mentions: ["KE/otieno"] },
  chat_files: { t: "chat", text: "", lang: "", replyTo: null, mentions: [], files: [FILE, { ...FILE, name: "صورة.bin", mediaType: "" }] },
  form: { ...FORM, answers: ANSWERS, replaces: null },
  form_replacing: { ...FORM, answers: {}, replaces: REF },
  template: { t: "template", document: utf8("{}") },
  profile: { t: "profile", title: "Tiger", operationCode: "OT26", about: "about" },
  profile_short: { t: "profile", title: "Tiger", operationCode: "", about: "" },
  history_keys: { t: "history_keys", keys: [{ groupId: CUG, epoch: 70_000, key: HASH }] },
  history_request: { t: "history_request", epochs: [{ groupId: CUG, epoch: 1 }, { groupId: REF, epoch: 2 }] },
  history_request_empty: { t: "history_request", epochs: [] },
  extraction: { t: "extraction", manifestHash: HASH, count: 10, upToSeq: 12, scope: "all" },
  released: { t: "released", recordId: REF, version: REF, caseId: "0c".repeat(16), state: "submitted", fields: ["reporting_country", "item[0].product"] },
  released_nothing: { t: "released", recordId: REF, version: REF, caseId: "0c".repeat(16), state: "withdrawn", fields: [] },
  left: { t: "left", reason: "moved" },
  left_silently: { t: "left", reason: "" },
};

interface Said {
  server: Record<string, string>;
  client: Record<string, string>;
  contents: Record<string, string>;
  same: Record<string, boolean>;
}

let said: Said;

beforeAll(() => {
  const hexed = <T>(of: Record<string, T>, encode: (one: T) => Uint8Array) =>
    Object.fromEntries(Object.entries(of).map(([name, one]) => [name, toHex(encode(one))]));
  said = askPython<Said>("wire_peer.py", { frames: hexed(CLIENT, encodeFrame), contents: hexed(CONTENTS, encodeContent) });
});

test("what the browser sends is what Python would send, and Python reads it as meant", () => {
  for (const [name, frame] of Object.entries(CLIENT)) expect([name, toHex(encodeFrame(frame))]).toEqual([name, said.client[name]]);
  for (const [name, one] of Object.entries(CONTENTS)) expect([name, toHex(encodeContent(one))]).toEqual([name, said.contents[name]]);
  expect(Object.keys(said.same).sort()).toEqual([...Object.keys(CLIENT), ...Object.keys(CONTENTS)].sort());
  expect(Object.values(said.same).every((same) => same)).toBe(true);
});

test("contents that Python wrote read back as they were meant", () => {
  for (const [name, hex] of Object.entries(said.contents)) expect(decodeContent(fromHex(hex))).toEqual(CONTENTS[name]);
});

test("frames of the server read as they were meant", () => {
  const read = Object.fromEntries(Object.entries(said.server).map(([name, hex]) => [name, decodeServerFrame(fromHex(hex))]));
  const sender = "KE/otieno/laptop";
  expect(read).toEqual({
    ready: {
      frame: "ready",
      serverTime: TIME,
      deviceId: sender,
      limits: { recordBytes: 1, handshakeBytes: 70_000, keyPackages: 100, subscriptions: 5_000_000_000 },
    },
    events: {
      frame: "events",
      cugId: CUG,
      events: [
        { seq: 1, serverTime: TIME, kind: EventKind.RECORD, sender, clientRef: REF, body: utf8("body"), eventHash: null },
        { seq: 2, serverTime: TIME, kind: EventKind.GROUP, sender: "KE/é/laptop", clientRef: REF, body: new Uint8Array(), eventHash: HASH },
      ],
    },
    caught_up: { frame: "caught_up", cugId: CUG, seq: 2 ** 40 },
    stored: { frame: "stored", cugId: CUG, clientRef: REF, seq: 300, serverTime: TIME },
    refused: {
      frame: "refused",
      cugId: null,
      clientRef: REF,
      code: "groups.stale_epoch",
      facts: { epoch: 3, none: null, yes: true, word: "a" },
    },
    notice: { frame: "notice", kind: NoticeKind.ADMITTED, cugId: CUG, count: null },
    pong: { frame: "pong", token: 7 },
    present: { frame: "present", cugId: CUG, officers: ["KE/otieno", "KE/é"] },
    writes: { frame: "writes", cugId: CUG, officer: "KE/otieno" },
  });
});

test("a handshake that was kept reads back as it was", () => {
  for (const name of ["commit", "start_group"]) expect(decodeClientFrame(fromHex(said.client[name]!))).toEqual(CLIENT[name]);
});
