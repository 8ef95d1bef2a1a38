import { expect, test } from "vitest";

import { defaultAnswers, defaultRow, derivedValues } from "../../../src/engine/rules/calculation.ts";
import { planOf } from "../../../src/engine/rules/plan.ts";

const NOW = Date.UTC(2026, 2, 1, 12);
const field = (key: string, type: string, more: object = {}) => ({ kind: "field", key, type, labels: { en: key }, ...more });
const plan = planOf({
  format: 1,
  id: "small",
  version: 1,
  labels: { en: "Small" },
  code_lists: [{ key: "colour", codes: [{ key: "red", labels: { en: "Red", fr: "Rouge" } }] }],
  groups: [
    { kind: "group", key: "top", labels: { en: "Top" }, children: [field("id", "identifier", { default: "uuid()" }), field("day", "date", { default: "today()" }), field("shade", "code", { code_list: "colour" }), field("word", "derived", { calculation: "jr:choice-name(${shade}, '${shade}')" })] },
    { kind: "group", key: "row", labels: { en: "Row" }, repeat: { max: 3 }, children: [field("number", "int", { default: "position(..)" }), field("copy", "text", { default: "${shade}" }), field("twice", "derived", { calculation: "${number} * 2" })] },
  ],
});

test("defaults are given once, and a new row begins with its own", () => {
  expect(defaultAnswers(plan, {}, NOW, () => "abc")).toEqual({ id: "abc", day: "2026-03-01" });
  expect(defaultAnswers(plan, { id: "mine", day: "2026-01-01" }, NOW)).toEqual({});
  expect(defaultRow(plan, { shade: "red", row: [{ number: 1 }, {}] }, [["row", 1]], NOW)).toEqual({ number: 2, copy: "red" });
  expect(defaultRow(plan, { row: [{}, {}, {}, {}] }, [["row", 3]], NOW)).toEqual({});
  expect(defaultRow(plan, {}, [["nothing", 0]], NOW)).toEqual({});
});

test("a row of a repeat inside a row begins with its own defaults, which see the rows around it", () => {
  const nested = planOf({
    format: 1,
    id: "nested",
    version: 1,
    labels: { en: "Nested" },
    groups: [{ kind: "group", key: "box", labels: { en: "Box" }, repeat: { max: 5 }, children: [field("name", "text"), { kind: "group", key: "part", labels: { en: "Part" }, repeat: { max: 5 }, children: [field("number", "int", { default: "position(..)" }), field("of", "text", { default: "${name}" })] }] }],
  });
  const answers = { box: [{ name: "a", part: [{}] }, { name: "b", part: [{ number: 1 }, {}] }] };
  expect(defaultRow(nested, answers, [["box", 1], ["part", 1]], NOW)).toEqual({ number: 2, of: "b" });
  expect(defaultRow(nested, answers, [["box", 1], ["part", 7]], NOW)).toEqual({});
});

test("what is worked out is said in the reader's words where these are given", () => {
  const answers = { shade: "red", row: [{ number: 4 }, {}] };
  expect(Object.fromEntries(derivedValues(plan, answers, NOW))).toEqual({ word: "Red", "row[0].twice": "8" });
  expect(derivedValues(plan, answers, NOW, () => "Rouge").get("word")).toBe("Rouge");
});
