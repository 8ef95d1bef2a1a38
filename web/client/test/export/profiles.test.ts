/** Which marking binds whoever reads an extraction. */

import { expect, test } from "vitest";

import { markingOf, stricter } from "../../src/export/profiles.ts";
import { readTemplate } from "../../src/templates_forms/model.ts";

const FIELDS = [{ kind: "field", key: "marking", type: "code", code_list: "tlp" }];
const MARKED = readTemplate("", JSON.stringify({ groups: [{ key: "handling", children: FIELDS }] }));
const UNMARKED = readTemplate("", JSON.stringify({ groups: [] }));

test("a form has the marking that was answered, and the strictest where nobody knows the answer", () => {
  expect(markingOf(MARKED, { marking: "amber" })).toBe("amber");
  expect(markingOf(MARKED, { marking: "purple" })).toBe("red");
  expect(markingOf(MARKED, { marking: ["clear"] })).toBe("red");
  expect(markingOf(MARKED, {})).toBe("");
  expect(markingOf(MARKED, { marking: "" })).toBe("");
  expect(markingOf(UNMARKED, { marking: "red" })).toBe("");
});

test("of two markings the stricter binds, and any binds more than none", () => {
  expect(stricter("amber", "green")).toBe("amber");
  expect(stricter("amber", "amber_strict")).toBe("amber_strict");
  expect(stricter("", "clear")).toBe("clear");
  expect(stricter("", "")).toBe("");
});
