import { expect, test } from "vitest";

import { fromBase64, readDeployment, toBase64 } from "../../src/wire/http.ts";
import { decodeContent, encodeContent } from "../../src/wire/content.ts";
import { Malformed, pack, unpack } from "../../src/wire/encoding.ts";
import { decodeServerFrame } from "../../src/wire/frames.ts";

const ID = new Uint8Array(16);

test("nothing but the agreed shape is a frame", () => {
  const bad: unknown[] = [
    null,
    [],
    [99],
    [67, ID, -1],
    [67, ID, 1.5],
    [67, ID, 2 ** 60],
    [67, ID.slice(1), 1],
    [67, "0123456789abcdef", 1],
    [66, ID, [[1, 1, 9, "KE/a/b", ID, ID]]],
    [66, ID, [[1, 1, 1, "", ID, ID]]],
    [66, ID, [[1, 1, 1, "KE/a/b", ID, ID, null, "more"]]],
    [69, null, null, "code", { fact: [1] }],
    [70, 9],
    [72, ID],
    [72, ID, [""]],
    [72, ID, "KE/a"],
    [73, ID, 5],
    { 0: 67 },
  ];
  for (const value of bad) expect(() => decodeServerFrame(pack(value)), JSON.stringify(value)).toThrow(Malformed);
});

test("cut, lengthened and absurd bytes are refused", () => {
  const whole = pack([67, ID, 1]);
  expect(() => unpack(whole.slice(0, -1))).toThrow(Malformed);
  expect(() => unpack(Uint8Array.of(...whole, 0))).toThrow(Malformed);
  expect(() => unpack(Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff))).toThrow(Malformed);
  expect(() => unpack(pack({ ok: 1 }).map((byte) => byte))).not.toThrow();
});

test("a form cannot carry what no template has", () => {
  const form = { t: "form", template_hash: new Uint8Array(32), template_id: "x", version: "1", record_id: ID };
  const deep = (depth: number): unknown => (depth === 0 ? "x" : [deep(depth - 1)]);
  for (const bad of [{ a: 1.5 }, { a: null }, { a: ID }, { a: deep(6) }]) {
    expect(() => decodeContent(pack({ ...form, answers: bad })), JSON.stringify(bad)).toThrow(Malformed);
  }
  expect(decodeContent(pack({ ...form, answers: { a: deep(5) } })).t).toBe("form");
  const rounded = { a: 0.1 };
  const content = { t: "form", templateHash: new Uint8Array(32), templateId: "x", version: "1", recordId: ID } as const;
  expect(() => encodeContent({ ...content, answers: rounded, replaces: null })).toThrow(Malformed);
});

test("a kind that this version does not know is malformed, also one named like a method", () => {
  for (const kind of ["poll", "constructor", 5]) expect(() => decodeContent(pack({ t: kind }))).toThrow(Malformed);
});

test("base64url goes both ways and is strict", () => {
  const every = Uint8Array.from({ length: 256 }, (_, index) => index);
  expect(fromBase64(toBase64(every))).toEqual(every);
  for (const bad of ["a", "a+==", "====", "ab=c"]) expect(() => fromBase64(bad)).toThrow(Malformed);
  expect(() => readDeployment({ deployment_id: "" })).toThrow(Malformed);
});
