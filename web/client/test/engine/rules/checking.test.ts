import { expect, test } from "vitest";

import { DomainError } from "../../../src/crypto/errors.ts";
import { TemplateTooLarge } from "../../../src/engine/rules/errors.ts";
import { publishable } from "../../../src/engine/template.ts";
import { askPython } from "../../python.ts";

function reasonOf(document: string): unknown {
  try {
    publishable(document);
  } catch (error) {
    if (error instanceof DomainError) return error.facts["reason"];
    throw error;
  }
  return "";
}

test("what Python refuses to publish is refused here, for the same reason", () => {
  const said = askPython<readonly (readonly [string, string])[]>("checking_peer.py", {});
  expect(said.map(([document]) => reasonOf(document))).toEqual(said.map(([, reason]) => reason));
  expect(said.length).toBeGreaterThan(12);
});

test("too many rules and too deep groups are refused", () => {
  const field = { kind: "field", key: "a", type: "int", labels: { en: "A" } };
  const group = (key: string, children: readonly object[]): object => ({ kind: "group", key, labels: { en: key }, children });
  const base = { format: 1, id: "x", version: 1, labels: { en: "X" }, groups: [group("g", [field])] };
  const rule = { level: "warn", at: "a", expression: "true()", messages: { en: "M" } };
  const deep = [1, 2, 3, 4].reduce((inner, depth) => group(`g${depth}`, [inner]), group("g", [field]));
  expect(() => publishable(JSON.stringify({ ...base, rules: Array.from({ length: 1_001 }, (_, at) => ({ ...rule, key: `R${at}` })) }))).toThrow(TemplateTooLarge);
  expect(() => publishable(JSON.stringify({ ...base, groups: [deep] }))).toThrow(TemplateTooLarge);
  expect(publishable(JSON.stringify(base)).id).toBe("x");
});
