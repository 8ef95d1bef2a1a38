/** What many countries have reported: made-up seizures, a warning with its answers, one of them overdue. */

import type { Item } from "../../src/engine/api.ts";

const HOUR = 3_600_000;

interface Base {
  readonly now: number;
  readonly seizure: string;
  readonly warning: string;
  readonly feedback: string;
}

const GOODS = [
  [{ heading: "drugs", product: "cocaine_hcl", quantity: "412", unit: "KGM" }, { heading: "currency", quantity: "3", unit: "H87" }],
  [{ heading: "tobacco", product: "cigarettes", quantity: "1420", unit: "x_cig_carton" }],
  [{ heading: "drugs", product: "cannabis_resin", quantity: "18.2", unit: "KGM" }],
  [{ heading: "beverages", product: "spirits", quantity: "960", unit: "LTR" }],
  [{ heading: "fauna_flora", product: "pangolin_scale", quantity: "37.5", unit: "KGM" }],
] as const;
const WAYS = [["BR", "BE"], ["EC", "NL"], ["CO", "ES"], ["", "FR"], ["KE", "AE"]] as const;
const SENDERS = ["MA/lahlou", "ES/ferrer", "BR/andrade", "FR/moreau", "NL/devries", "BE/peeters", "SN/ndiaye", "MT/borg"] as const;
const MODES = ["1", "1", "4", "3", "0"] as const;

export function reportsOf({ now, seizure, warning, feedback }: Base): readonly Item[] {
  const form = (seq: number, officerId: string, hoursAgo: number, templateId: string, templateHash: string, answers: object, findings: Item["findings"] = []): Item => ({
    seq,
    atMs: now - hoursAgo * HOUR,
    kind: "form",
    standing: "verified",
    sender: `${officerId}/laptop`,
    officerId,
    own: officerId === "FR/moreau",
    clientRef: seq.toString(16).padStart(32, "0"),
    groupId: "02".repeat(16),
    epoch: 4,
    sentAtMs: now - hoursAgo * HOUR,
    reason: "",
    content: { kind: "form", templateHash, templateId, version: "1", recordId: seq.toString(16).padStart(32, "0"), replaces: "", answers: answers as never },
    findings,
  });
  const chain = [
    form(20, "BR/andrade", 96, "warning", warning, { reporting_country: "BR", warning_no: "BR-2026-17", addressees: ["MA", "BE", "NL", "ES", "FR"], target_kind: "container", container_no: "QTMU5812040", departure_country: "BR", eta: "2026-11-21", act_before: "2026-11-21" }),
    form(21, "MA/lahlou", 30, "feedback", feedback, { reporting_country: "MA", warning_ref: "BR-2026-17", feedback_status: "checked_seizure" }),
    form(22, "BE/peeters", 12, "feedback", feedback, { reporting_country: "BE", warning_ref: "BR-2026-17", feedback_status: "received" }),
    form(23, "ES/ferrer", 70, "feedback", feedback, { reporting_country: "ES", warning_ref: "BR-2026-17", feedback_status: "forwarded", forwarded_to: "PT" }),
  ];
  const seizures = Array.from({ length: 64 }, (_, at) => {
    const officerId = SENDERS[(at * at + 3 * at) % SENDERS.length]!;
    const country = officerId.split("/")[0]!;
    const [from, to] = WAYS[at % WAYS.length]!;
    const hours = 20 + at * 7;
    const answers = { reporting_country: country, national_case_ref: `${country}-2026-${at}`, offence_at: new Date(now - (hours + (at % 9)) * HOUR).toISOString().slice(0, 16) + "Z", offence_country: country, location_type: "seaport", direction: "import", ...(from === "" ? { unknown_reason: "no papers" } : { departure_country: from }), destination_country: to, transport_mode: MODES[at % MODES.length], traffic_type: "cargo", item: GOODS[(at * 3) % GOODS.length], detection_method: "risk_profile", persons_arrested: at % 3, ...(at % 16 === 0 ? { linked_warning: "BR-2026-17" } : {}) };
    return form(30 + at, officerId, hours, "simplified_seizure", seizure, answers, at % 11 === 0 ? [{ rule: "Q03", level: "error", path: "item[0].quantity" }] : at % 5 === 0 ? [{ rule: "M11", level: "warn", path: "transport_mode" }] : []);
  });
  return [...chain, ...seizures];
}
