/** What follows from the answers stands beside them, and changes none. */

import { expect, test } from "vitest";

import { hasDerived, withDerived } from "../../src/engine/derived.ts";
import { planOf } from "../../src/engine/rules/plan.ts";
import { readTemplate } from "../../src/templates_forms/model.ts";

const LABELS = { en: "x" };
const TEMPLATE = {
  format: 1,
  id: "t",
  version: 1,
  labels: LABELS,
  groups: [
    {
      kind: "group",
      key: "goods",
      labels: LABELS,
      repeat: { min: 0, max: 9 },
      children: [
        { kind: "field", key: "boxes", type: "int", labels: LABELS },
        { kind: "field", key: "twice", type: "derived", labels: LABELS, calculation: "${boxes} * 2" },
      ],
    },
  ],
};
const plan = planOf(TEMPLATE);
const word = (): string => "";

test("a derived value stands in the row that it follows from", () => {
  const answers = { goods: [{ boxes: 2 }, { boxes: 5 }] };
  expect(withDerived(plan, answers, 0, word)).toEqual({ goods: [{ boxes: 2, twice: "4" }, { boxes: 5, twice: "10" }] });
  expect(answers).toEqual({ goods: [{ boxes: 2 }, { boxes: 5 }] });
});

test("what was sent in its place stays, so that nobody reads what was not said", () => {
  const answers = { goods: [{ boxes: 2, twice: "7" }] };
  expect(withDerived(plan, answers, 0, word)).toEqual(answers);
});

test("a form without such a field has none", () => {
  expect(hasDerived(readTemplate("", JSON.stringify(TEMPLATE)))).toBe(true);
  expect(hasDerived(readTemplate("", JSON.stringify({ ...TEMPLATE, groups: [] })))).toBe(false);
});
