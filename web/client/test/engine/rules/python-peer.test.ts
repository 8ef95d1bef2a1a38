import { expect, test } from "vitest";

import { derivedValues } from "../../../src/engine/rules/calculation.ts";
import { planOf } from "../../../src/engine/rules/plan.ts";
import { validate } from "../../../src/engine/rules/validate.ts";
import { askPython } from "../../python.ts";

interface Said {
  readonly document: string;
  readonly now_ms: number;
  readonly cases: readonly { readonly answers: Record<string, unknown>; readonly findings: readonly [string, string, string][]; readonly derived: Readonly<Record<string, string>> }[];
}

test("every form, sound or spoilt, is judged and calculated as Python does it, finding by finding and in the same order", () => {
  const said = askPython<Said>("judging_peer.py", { count: 60 });
  const plan = planOf(JSON.parse(said.document));
  let wrong = 0;
  let calculated = 0;
  for (const { answers, findings, derived } of said.cases) {
    const found = validate(plan, answers, said.now_ms).map(({ rule, level, path }) => [rule, level, path]);
    expect(found, JSON.stringify(answers).slice(0, 2000)).toEqual(findings);
    expect(Object.fromEntries(derivedValues(plan, answers, said.now_ms))).toEqual(derived);
    calculated += Object.keys(derived).length;
    wrong += Number(findings.some(([, level]) => level === "error"));
  }
  expect([said.cases.length, wrong > 500, calculated > 500]).toEqual([1260, true, true]);
});
