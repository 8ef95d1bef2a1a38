/** What a form may begin from, of all that a group has. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, test } from "vitest";

import type { Answers, Item } from "../../src/engine/api.ts";
import { planOf } from "../../src/engine/rules/plan.ts";
import { startsOf } from "../../src/screens/form/begun.ts";
import { type FormTemplate, readTemplate } from "../../src/templates_forms/model.ts";
import { ROOT } from "../python.ts";

const document = (name: string): string => readFileSync(resolve(ROOT, `cencomm/templates_forms/standard/${name}.json`), "utf8");
const form = (name: string): FormTemplate => readTemplate(name, document(name));
const starts = (items: readonly Item[], name: string) => startsOf(items, form(name), planOf(JSON.parse(document(name))), "BE");

let seq = 0;
function record(templateId: string, answers: Answers, rest: Partial<Item> = {}, replaces = ""): Item {
  seq += 1;
  const content = { kind: "form", templateHash: templateId, templateId, version: "1", recordId: "", replaces, answers } as const;
  return { seq, atMs: seq, kind: "form", standing: "verified", sender: "", officerId: "BE/peeters", own: true, clientRef: `r${seq}`, groupId: "", epoch: 1, sentAtMs: seq, reason: "", content, findings: [], ...rest };
}

const WARNING = record("warning", { reporting_country: "BR", warning_no: "BR-2026-17", departure_country: "BR", destination_country: "BE" }, { officerId: "BR/silva", own: false });
const FEEDBACK = record("feedback", { reporting_country: "BE", warning_ref: "BR-2026-17", control_at: "2026-03-03T22:15+01:00" });
const SIMPLIFIED = record("simplified_seizure", { reporting_country: "BE", national_case_ref: "BE-7", departure_country: "EC" });

test("a seizure begins from feedback and the warning that it answers, or from the warning alone", () => {
  const found = starts([WARNING, FEEDBACK], "long_seizure");
  expect(found.map(({ ref, number, replaces }) => [ref, number, replaces])).toEqual([[FEEDBACK.clientRef, "BR-2026-17 BE", false], [WARNING.clientRef, "BR-2026-17 BR", false]]);
  expect(found[0]!.answers).toMatchObject({ linked_warning: "BR-2026-17", linked_feedback: FEEDBACK.clientRef, departure_country: "BR", offence_at: "2026-03-03T22:15+01:00", reporting_country: "BE" });
});

test("the long form is a new version of one's own simplified form, and of nobody else's", () => {
  const other = record("simplified_seizure", { reporting_country: "FR" }, { officerId: "FR/petit", own: false });
  expect(starts([SIMPLIFIED, other], "long_seizure")).toEqual([{ ref: SIMPLIFIED.clientRef, templateHash: "simplified_seizure", number: "BE-7 BE", atMs: SIMPLIFIED.atMs, answers: { reporting_country: "BE", national_case_ref: "BE-7", departure_country: "EC" }, replaces: true }]);
});

test("nothing begins from what was replaced, what is not verified, or a form of another kind", () => {
  const newer = record("simplified_seizure", { reporting_country: "BE", national_case_ref: "BE-8" }, {}, SIMPLIFIED.clientRef);
  const unverified = record("warning", {}, { standing: "not_yet_verified" });
  expect(starts([SIMPLIFIED, newer, unverified], "long_seizure").map(({ ref }) => ref)).toEqual([newer.clientRef]);
  expect(starts([SIMPLIFIED, FEEDBACK], "alert")).toEqual([]);
});

test("of many records only as many are looked at as are offered, the newest first", () => {
  const many = Array.from({ length: 30 }, (_, at) => record("warning", { reporting_country: "BR", warning_no: `BR-2026-${at}` }, { officerId: "BR/silva", own: false }));
  const found = startsOf(many, form("feedback"), planOf(JSON.parse(document("feedback"))), "BE", 2);
  expect(found.map(({ number }) => number)).toEqual(["BR-2026-29 BR", "BR-2026-28 BR"]);
});
