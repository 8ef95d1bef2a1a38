import { expect, test } from "vitest";

import { DomainError } from "../../../src/crypto/errors.ts";
import { acceptTemplate, publishable } from "../../../src/engine/template.ts";
import { askPython } from "../../python.ts";
import { standardTemplate } from "../../screens/standard.ts";

function isTaken(document: string): boolean {
  try {
    acceptTemplate(new TextEncoder().encode(document), 1);
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
  return true;
}

test("what comes is a template here where it is one for Python, and nowhere else", () => {
  const said = askPython<readonly (readonly [string, string])[]>("shape_peer.py", {});
  const differing = said.filter(([document, reason]) => isTaken(document) !== (reason === ""));
  expect(differing.map(([document, reason]) => `${reason}: ${document}`)).toEqual([]);
  const reasons = new Set(said.map(([, reason]) => reason));
  expect(["", "shape", "not_canonical"].every((reason) => reasons.has(reason))).toBe(true);
});

test("what a person wrote is published without what goes without saying", () => {
  const raw = JSON.parse(standardTemplate("alert").document) as { groups: { children: object[] }[] };
  const spelled = { ...raw, tables: [], groups: raw.groups.map((group) => ({ ...group, repeat: null, children: group.children.map((child) => ({ relevant: "", nominal: "none", ...child })) })) };
  expect(publishable(JSON.stringify(spelled)).document).toEqual(publishable(JSON.stringify(raw)).document);
});
