/** The shared cases of the expression language; the Python client runs the same file. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, test } from "vitest";

import { DomainError } from "../../../src/crypto/errors.ts";
import { Decimal } from "../../../src/engine/rules/decimal.ts";
import { type Row, compileExpression } from "../../../src/engine/rules/evaluation.ts";
import { parse } from "../../../src/engine/rules/expression.ts";
import { envOf, planOf } from "../../../src/engine/rules/plan.ts";
import { Findings, Reader } from "../../../src/engine/rules/reading.ts";
import { Moment, type Value, isSeveral } from "../../../src/engine/rules/values.ts";
import { ROOT, askPython } from "../../python.ts";

interface Case {
  readonly id: string;
  readonly expression: string;
  readonly at?: string;
  readonly own?: string;
  readonly entry?: boolean;
  readonly expect: object;
}

const CASES = JSON.parse(readFileSync(resolve(ROOT, "tests/vectors/own/expression_cases.json"), "utf8")) as {
  readonly now: string;
  readonly template: object;
  readonly answers: Record<string, unknown>;
  readonly cases: readonly Case[];
};
const plan = planOf(CASES.template);
const findings = new Findings();
const root = new Reader(findings).read(plan.level, CASES.answers);

function evaluated(one: Case): Value {
  const rows: Row[] = [root];
  const inside: string[] = [];
  const positions: number[] = [];
  for (const [, key, number] of (one.at ?? "").matchAll(/([a-z_]+)\[(\d+)\]/g)) {
    rows.push(rows.at(-1)!.rows.get(key!)![Number(number)]!);
    inside.push(key!);
    positions.push(Number(number) + 1);
  }
  const expression = parse(one.expression);
  const compiled = compileExpression(expression, plan.layout, { inside, at: one.own ?? "", entry: one.entry ?? false });
  const env = envOf(plan, root, Date.parse(CASES.now));
  if (one.entry === true) env.newId = () => "00000000-0000-4000-8000-000000000001";
  env.rows = rows;
  env.positions = positions;
  if (one.own !== undefined) env.own = rows.at(-1)!.values.get(one.own) ?? "";
  env.budget.spend(expression.nodes);
  return compiled(env);
}

function described(value: Value): object {
  if (typeof value === "boolean") return { bool: value };
  if (value instanceof Decimal) return { number: value.toString() };
  if (isSeveral(value)) return { several: value.map(described) };
  return value instanceof Moment ? { moment: value.text } : { text: value };
}

test("there are many cases, and their answers fit their template", () => {
  expect([CASES.cases.length > 400, findings.found]).toEqual([true, []]);
});

function resultOf(one: Case): object {
  try {
    return described(evaluated(one));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { error: error.code };
  }
}

test.each(CASES.cases.map((one) => [`${one.id} ${one.expression.slice(0, 80)}`, one] as const))("%s", (_, one) => {
  expect(resultOf(one)).toEqual(one.expect);
});

test("expressions made by chance give what Python gives, wherever they stand", () => {
  const said = askPython<readonly Case[]>("expression_peer.py", { count: 2500 });
  for (const one of said) expect(resultOf(one), JSON.stringify(one)).toEqual(one.expect);
  expect(said.filter(({ expect: expected }) => !("error" in expected)).length).toBeGreaterThan(1000);
});
