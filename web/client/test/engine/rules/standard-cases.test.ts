/** The templates that ship with the product, rule by rule; the Python client judges the same cases. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, test } from "vitest";

import { planOf } from "../../../src/engine/rules/plan.ts";
import { validate } from "../../../src/engine/rules/validate.ts";
import { ROOT } from "../../python.ts";

type Answers = Readonly<Record<string, unknown>>;

interface Cases {
  readonly good: Answers;
  readonly cases: readonly { readonly change: Answers; readonly findings: readonly unknown[] }[];
}
const own = (name: string): unknown => JSON.parse(readFileSync(resolve(ROOT, `tests/vectors/own/${name}.json`), "utf8"));
const { now, templates: short } = own("standard_cases") as { readonly now: string; readonly templates: Readonly<Record<string, Cases>> };
const templates: Readonly<Record<string, Cases>> = { ...short, long_seizure: own("long_seizure_cases") as Cases };

test.each(Object.keys(templates))("%s: each case gives exactly its findings", (name) => {
  const plan = planOf(JSON.parse(readFileSync(resolve(ROOT, `cencomm/templates_forms/standard/${name}.json`), "utf8")));
  const { good, cases } = templates[name]!;
  for (const { change, findings } of [{ change: {}, findings: [] }, ...cases]) {
    const answers = Object.fromEntries(Object.entries({ ...good, ...change }).filter(([, value]) => value !== null));
    const found = validate(plan, answers, Date.parse(now)).map(({ rule, level, path }) => [rule, level, path]);
    expect(found, JSON.stringify(change)).toEqual(findings);
  }
});

test("a number stands with its unit and its decimals", () => {
  const { template, cases } = JSON.parse(readFileSync(resolve(ROOT, "tests/vectors/own/unit_cases.json"), "utf8")) as { readonly template: object; readonly cases: readonly (readonly [Answers, readonly unknown[]])[] };
  for (const [row, findings] of cases) {
    const found = validate(planOf(template), { item: [row] }, 0).map(({ rule, level, path }) => [rule, level, path]);
    expect(found, JSON.stringify(row)).toEqual(findings);
  }
});
