import { describe, expect, test } from "vitest";

import type { Answers } from "../../src/engine/api.ts";
import { type Env, evaluate, truth } from "../../src/screens/form/expression.ts";
import { standardTemplate } from "./standard.ts";

const template = standardTemplate();
const at = (answers: Answers, more: Partial<Env> = {}): Env => ({ template, rows: [answers], repeats: [], nowMs: Date.UTC(2026, 10, 22), ...more });

describe("expressions", () => {
  test.each([
    ["1 + 2 * 3", 7],
    ["-(2) - 1", -3],
    ["7 mod 3 = 1 and not(false())", true],
    ["1 div 0", ""],
    ["${quantity} > 3", true],
    ["${none} = ''", true],
    ["${none} > 1", false],
    ["selected('a b', ${code})", true],
    ["if(${code} = 'b', 'yes', 'no')", "yes"],
    ["coalesce(${none}, ${code})", "b"],
    ["substr('FRLEH', 0, 2)", "FR"],
    ["string-length('جاد')", 3],
    ["territory('FR') = territory('BE')", true],
    ["territory('KE')", "KE"],
    ["pulldata('airport', 'country', 'key', 'CDG')", "FR"],
    ["pulldata('unit', 'kind', 'key', 'KGM')", "mass"],
    ["'2026-11-21' < today()", true],
  ])("%s is %s", (text, value) => {
    expect(evaluate(text, at({ quantity: "12.5", code: "b" }))).toEqual(value);
  });

  test("the nearest row is meant inside a repeat, all rows outside", () => {
    const answers: Answers = { item: [{ unit: "KGM" }, { unit: "GRM" }] };
    expect(evaluate("count(${item})", at(answers))).toBe(2);
    expect(evaluate("${unit} = 'GRM'", at(answers))).toBe(true);
    const inside = at(answers, { rows: [answers, { unit: "KGM" }], repeats: ["item"] });
    expect(evaluate("${unit} = 'GRM'", inside)).toBe(false);
    expect(evaluate("${quantity} = ''", inside)).toBe(true);
  });

  test.each(["nothing-like-this(1)", "1 +", "(1", "1 ) 2", "#"])("what cannot be read counts as met: %s", (text) => {
    expect(truth(evaluate(text, at({})))).toBe(true);
  });

  test("a pattern that may take long is left to the engine", () => {
    const started = performance.now();
    expect(evaluate("regex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '(a+)+b')", at({}))).toBe(true);
    expect(performance.now() - started).toBeLessThan(50);
    expect(evaluate("regex('FRLEH', '[A-Z]{2}[A-Z2-9]{3}|[A-Z]{3}')", at({}))).toBe(true);
    expect(evaluate("regex('FRLE', '[A-Z]{2}[A-Z2-9]{3}|[A-Z]{3}')", at({}))).toBe(false);
  });
});
