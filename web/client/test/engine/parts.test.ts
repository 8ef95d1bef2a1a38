import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, test } from "vitest";

import { utf8 } from "../../src/crypto/bytes.ts";
import { PartsDisagree, merge, misplaced, split } from "../../src/engine/parts.ts";
import { TemplateMalformed } from "../../src/engine/rules/errors.ts";
import { decodeTemplate, publishable } from "../../src/engine/template.ts";
import { Malformed } from "../../src/wire/encoding.ts";
import { ROOT, askPython } from "../python.ts";

const DOCUMENT = readFileSync(resolve(ROOT, "cencomm/templates_forms/standard/simplified_seizure.json"));

interface Said {
  hash: string;
  document: string;
  cases: { answers: never; public: object; personal: object; misplaced: string[] }[];
}

test("every sample form is parted as Python parts it, and put together again", () => {
  const said = askPython<Said>("parts_peer.py", { document: DOCUMENT.toString("utf8") });
  const template = decodeTemplate(utf8(said.document), 1);
  expect(Buffer.from(template.hash).toString("hex")).toBe(said.hash);
  expect(said.cases.length).toBeGreaterThan(5);
  for (const one of said.cases) {
    const parts = split(template.level, one.answers);
    expect(parts).toEqual({ public: one.public, personal: one.personal });
    expect(merge(parts.public, parts.personal)).toEqual(one.answers);
    expect(misplaced(template.level, one.answers)).toEqual(one.misplaced);
  }
});

test("parts that are not of one record are told", () => {
  expect(() => merge({ a: 1 }, { a: 2 })).toThrow(PartsDisagree);
  expect(() => merge({ a: [{ x: 1 }] }, { a: [{ y: 1 }, { y: 2 }] })).toThrow(PartsDisagree);
  expect(merge({ a: [{ x: 1 }, {}] }, { a: [{ y: 1 }, { y: 2 }], constructor: "c" })).toEqual({
    a: [{ x: 1, y: 1 }, { y: 2 }],
    constructor: "c",
  });
});

test("a template has one name: only its canonical bytes are it, and they are made of any other spelling", () => {
  const said = askPython<Said>("parts_peer.py", { document: DOCUMENT.toString("utf8") });
  expect(new TextDecoder().decode(publishable(DOCUMENT.toString("utf8")).document)).toBe(said.document);
  expect(() => decodeTemplate(utf8(`${said.document} `), 1)).toThrow(TemplateMalformed);
  expect(() => decodeTemplate(DOCUMENT, 1)).toThrow(TemplateMalformed);
});

test("what is not a template is refused", () => {
  for (const text of ["", "[]", '{"format":2}', '{"format":1,"groups":[],"id":5,"version":1}', "{"]) {
    expect(() => decodeTemplate(utf8(text), 1), text).toThrow(Malformed);
  }
});
