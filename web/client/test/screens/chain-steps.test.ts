import { describe, expect, test } from "vitest";

import type { FormItem } from "../../src/app/newest.ts";
import { type ChainSteps, chainSteps, nextSteps, share } from "../../src/screens/analysis/chain-steps.ts";
import type { FormTemplate } from "../../src/templates_forms/model.ts";
import { standardTemplate } from "./standard.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 20);
const FORMS: readonly FormTemplate[] = ["warning", "feedback", "rfi", "rfi_reply", "simplified_seizure"].map((name) => ({ ...standardTemplate(name), hash: name }));

function record(seq: number, templateId: string, answers: object): FormItem {
  const country = String((answers as { reporting_country: string }).reporting_country);
  return {
    seq,
    atMs: START + seq * 3_600_000,
    kind: "form",
    standing: "verified",
    sender: "",
    officerId: `${country}/officer`,
    own: false,
    clientRef: `r${seq}`,
    groupId: "",
    epoch: 1,
    sentAtMs: 0,
    reason: "",
    findings: [],
    content: { kind: "form", templateHash: templateId, templateId, version: "1", recordId: "", replaces: "", answers: answers as never },
  };
}

const WARNING = record(1, "warning", { reporting_country: "BR", warning_no: "BR-2026-1", addressees: ["BE", "NL"], act_before: "2026-11-22" });
const UNDER_WAY = record(2, "feedback", { reporting_country: "BE", warning_ref: "BR-2026-1", feedback_status: "in_progress" });
const FORWARDED = record(3, "warning", { reporting_country: "NL", warning_no: "BR-2026-1", addressees: ["DE"], act_before: "2026-11-25" });
const SEIZURE = record(4, "simplified_seizure", { reporting_country: "BE", linked_warning: "BR-2026-1" });
const RFI = record(9, "rfi", { reporting_country: "FR", rfi_no: "FR-2026-1", addressees: ["BE"] });

const one = (records: readonly FormItem[], nowMs = START + DAY): ChainSteps => chainSteps(records, nowMs)[0]!;
const next = (records: readonly FormItem[], country: string, forms = FORMS) => nextSteps(one(records), country, forms).map(({ kind, templateHash, from }) => `${kind} ${templateHash} ${from}`);

describe("a chain as steps", () => {
  test("holds its questions, what each country owes since it was asked, and what came of it; the newest chain first", () => {
    const steps = chainSteps([WARNING, UNDER_WAY, FORWARDED, SEIZURE, RFI], START + DAY);
    expect(steps.map(({ chain }) => chain.number)).toEqual(["FR-2026-1", "BR-2026-1"]);
    const { questions, owed, seizures } = steps[1]!;
    expect([questions, seizures].map((found) => found.map(({ seq }) => seq))).toEqual([[1, 3], [4]]);
    expect(owed.map(({ country, state, askedMs, reply }) => [country, state, askedMs, reply?.seq])).toEqual([
      ["BE", "answered", WARNING.atMs, 2],
      ["NL", "open", WARNING.atMs, undefined],
      ["DE", "open", FORWARDED.atMs, undefined],
    ]);
  });

  test("tells how much of the time is over; of no time that was given, nothing", () => {
    const owed = one([WARNING]).owed[0]!;
    expect(share(owed, owed.askedMs)).toBe(0);
    expect(share(owed, owed.dueMs!)).toBe(1);
    expect(share(owed, owed.dueMs! + DAY)).toBe(1);
    expect(owed.dueMs).toBe(Date.UTC(2026, 10, 22, 23, 59, 59, 999));
    expect(share(one([RFI]).owed[0]!, START)).toBeNull();
  });
});

describe("what an officer may go on with", () => {
  test("who was asked answers, forwards, and reports a seizure out of his own answer", () => {
    expect(next([WARNING], "NL")).toEqual(["answer feedback r1", "forward warning r1", "report simplified_seizure r1"]);
    expect(next([WARNING, UNDER_WAY], "BE")).toEqual(["answer feedback r1", "forward warning r1", "report simplified_seizure r2"]);
    expect(next([WARNING, FORWARDED], "DE")).toEqual(["answer feedback r3", "forward warning r3", "report simplified_seizure r3"]);
    expect(next([RFI], "BE")).toEqual(["answer rfi_reply r9"]);
  });

  test("nobody else does, nor on a form that the group does not have, nor twice", () => {
    expect(next([WARNING], "FR")).toEqual([]);
    expect(next([WARNING], "NL", [])).toEqual([]);
    const closed = record(5, "feedback", { reporting_country: "BE", warning_ref: "BR-2026-1", feedback_status: "checked_seizure" });
    expect(next([WARNING, closed, SEIZURE], "BE")).toEqual(["forward warning r1"]);
  });
});
