import { expect, test } from "vitest";

import type { Answers } from "../../src/engine/api.ts";
import { readTemplate } from "../../src/templates_forms/model.ts";
import { couldLeave, isReleasable, leavingOf, namedIn } from "../../src/templates_forms/release.ts";
import { askPython } from "../python.ts";
import { standardTemplate } from "../screens/standard.ts";

interface Said {
  readonly templates: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly template: string;
    readonly answers: Answers;
    readonly leaving: readonly (readonly [string, unknown, boolean])[];
    readonly named: readonly [string, string] | null;
  }[];
}

test("what would leave is what Python lets leave, and a name in it is found where Python finds it", () => {
  const { templates, cases } = askPython<Said>("release_peer.py", {});
  const read = new Map(Object.entries(templates).map(([name, document]) => [name, readTemplate(name, document)]));
  let named = 0;
  for (const { template: name, answers, ...said } of cases) {
    const template = read.get(name)!;
    const leaving = leavingOf(template, answers);
    expect(leaving.map(({ path, value, onceRead }) => [path, value, onceRead])).toEqual(said.leaving);
    const found = namedIn(template, answers, leaving);
    expect(found === null ? null : [found.path, found.nominal], JSON.stringify(answers["modus_operandi"])).toEqual(said.named);
    const could = couldLeave(template);
    expect(leaving.filter(({ field }) => !could.has(field.key))).toEqual([]);
    if (said.named !== null) named += 1;
  }
  expect([named >= 12, cases.length - named >= 20]).toEqual([true, true]);
});

test("nothing of a warning could leave: only seizures are released", () => {
  const warning = standardTemplate("warning");
  expect([isReleasable(warning), leavingOf(warning, { reporting_country: "KE" }), [...couldLeave(warning)]]).toEqual([false, [], []]);
});

test("what leads to a person, and what the core has no place for, stays whatever is answered", () => {
  const could = couldLeave(standardTemplate("long_seizure"));
  expect(["national_case_ref", "vessel_name", "family_name", "risk_indicators", "remarks"].filter((key) => could.has(key))).toEqual([]);
  expect(["offence_at", "transit_reached", "species", "modus_operandi"].filter((key) => !could.has(key))).toEqual([]);
});
