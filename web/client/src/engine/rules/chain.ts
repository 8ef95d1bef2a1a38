/**
 * What belongs together in a group's records: a question to countries, their answers, and what came of it (twin of
 * `templates_forms.chain`). Pure.
 */

import { Moment, parseMoment } from "./values.ts";

type Given = Readonly<Record<string, unknown>>;

/** One record in its newest version. */
export interface Entry {
  readonly ref: string;
  readonly template: string;
  /** When the server stored it. */
  readonly atMs: number;
  readonly answers: Given;
}

/** What one country owes: `due` as it was written, `by` the record with its last word, `late` if that came after. */
export interface Clock {
  readonly country: string;
  readonly due: string;
  readonly state: "open" | "overdue" | "answered" | "closed" | "forwarded";
  readonly by: string;
  readonly late: boolean;
}

export interface Chain {
  readonly number: string;
  readonly kind: string;
  readonly questions: readonly string[];
  readonly clocks: readonly Clock[];
  readonly seizures: readonly string[];
}

/** The field by which each form names its chain. */
const NAMES: Given = { warning: "warning_no", rfi: "rfi_no", alert: "alert_no", feedback: "warning_ref", rfi_reply: "rfi_ref", simplified_seizure: "linked_warning", long_seizure: "linked_warning" };
const REPLIES: ReadonlyMap<string, string> = new Map([["warning", "feedback"], ["rfi", "rfi_reply"]]);
export const SEIZURES: readonly string[] = ["simplified_seizure", "long_seizure"];
const UNDER_WAY = ["received", "in_progress"];
const DATE_LENGTH = 10;
const DAY_MS = 86_400_000;

/** The number of a record's chain; empty where it is in none. */
export function numberOf({ template, answers }: Entry): string {
  const value = answers[String(NAMES[template])];
  return typeof value === "string" ? value : "";
}

/** Every chain that has a question, in the order in which they were begun. */
export function chains(entries: readonly Entry[], nowMs: number): Chain[] {
  const byNumber = new Map<string, Entry[]>();
  for (const entry of [...entries].sort((one, other) => one.atMs - other.atMs)) {
    const number = numberOf(entry);
    if (number !== "") byNumber.set(number, [...(byNumber.get(number) ?? []), entry]);
  }
  return [...byNumber].flatMap(([number, members]) => chainOf(number, members, nowMs));
}

function chainOf(number: string, members: readonly Entry[], nowMs: number): Chain[] {
  const kind = members.find((entry) => REPLIES.has(entry.template))?.template;
  if (kind === undefined) return [];
  const questions = members.filter((entry) => entry.template === kind);
  const replies = new Map(members.filter((entry) => entry.template === REPLIES.get(kind)).map((entry) => [String(entry.answers["reporting_country"] ?? ""), entry]));
  const asked = new Map<string, string>();
  for (const question of questions) {
    for (const country of addressees(question)) if (!asked.has(country)) asked.set(country, dueOf(question));
  }
  const clocks = [...asked].map(([country, due]) => clockOf(country, due, replies.get(country), nowMs));
  const seizures = members.filter((entry) => SEIZURES.includes(entry.template)).map((entry) => entry.ref);
  return [{ number, kind, questions: questions.map((entry) => entry.ref), clocks, seizures }];
}

function addressees({ answers }: Entry): string[] {
  const countries = answers["addressees"];
  return Array.isArray(countries) ? countries.filter((country) => typeof country === "string") : [];
}

function dueOf({ template, answers }: Entry): string {
  const due = template === "rfi" ? answers["due_at"] : (answers["act_before"] || answers["eta"]);
  return typeof due === "string" ? due : "";
}

function clockOf(country: string, due: string, reply: Entry | undefined, nowMs: number): Clock {
  if (reply === undefined || !isLast(reply)) {
    const late = isPast(due, nowMs);
    return { country, due, state: late ? "overdue" : reply === undefined ? "open" : "answered", by: reply?.ref ?? "", late };
  }
  const forwarded = reply.answers["feedback_status"] === "forwarded";
  return { country, due, state: forwarded ? "forwarded" : "closed", by: reply.ref, late: isPast(due, reply.atMs) };
}

/** Whether a reply ends what its country owes. */
function isLast({ template, answers }: Entry): boolean {
  return template === "rfi_reply" ? answers["final"] === true : !UNDER_WAY.includes(String(answers["feedback_status"]));
}

/** Whether `due` lies before `atMs`; a day ends when it ends in UTC. */
function isPast(due: string, atMs: number): boolean {
  const end = parseDue(due);
  return end !== null && end < atMs;
}

/** The last millisecond of the time that was given; null where none was. */
export function parseDue(due: string): number | null {
  if (!(parseMoment(due) instanceof Moment)) return null;
  return due.length === DATE_LENGTH ? Date.parse(due) + DAY_MS - 1 : Date.parse(due);
}

/** The number that a country's next question has: `BR-2026-18` after `BR-2026-17`. */
export function nextNumber(entries: readonly Entry[], template: string, country: string, year: number): string {
  const start = `${country}-${year}-`;
  const taken = entries.filter((entry) => entry.template === template && numberOf(entry).startsWith(start)).map((entry) => numberOf(entry).slice(start.length));
  return `${start}${Math.max(0, ...taken.filter((rest) => /^[0-9]{1,9}$/u.test(rest)).map(Number)) + 1}`;
}
