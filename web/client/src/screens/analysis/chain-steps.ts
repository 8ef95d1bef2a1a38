/** One chain as steps, and what the reader may do next in it. Pure. */

import type { FormItem } from "../../app/newest.ts";
import { type Chain, type Clock, chains, type Entry, parseDue } from "../../engine/rules/chain.ts";
import { entryOf } from "../../app/newest.ts";
import type { FormTemplate } from "../../templates_forms/model.ts";

/** What a country that was asked owes, and since when. */
export interface Owed extends Clock {
  readonly askedMs: number;
  /** When the time that was given ends; null where none was. */
  readonly dueMs: number | null;
  readonly reply: FormItem | null;
}

export interface ChainSteps {
  readonly chain: Chain;
  readonly questions: readonly FormItem[];
  readonly owed: readonly Owed[];
  readonly seizures: readonly FormItem[];
}

/** A form that goes on from a record of the chain. */
export interface Next {
  readonly kind: "answer" | "forward" | "report";
  readonly templateHash: string;
  readonly from: string;
}

const REPLIES: Readonly<Record<string, string>> = { warning: "feedback", rfi: "rfi_reply" };
const SEIZURES = ["long_seizure", "simplified_seizure"];
const OWING: readonly Clock["state"][] = ["open", "overdue", "answered"];

/** Every chain, that with the newest question first. */
export function chainSteps(records: readonly FormItem[], nowMs: number): readonly ChainSteps[] {
  const byRef = new Map(records.map((record) => [record.clientRef, record]));
  const known = (refs: readonly string[]): readonly FormItem[] => refs.map((ref) => byRef.get(ref)).filter((record) => record !== undefined);
  const steps = chains(records.map(entryOf), nowMs).map((chain): ChainSteps => {
    const questions = known(chain.questions);
    const owed = chain.clocks.map((clock) => ({ ...clock, askedMs: askedAt(questions, clock.country), dueMs: parseDue(clock.due), reply: byRef.get(clock.by) ?? null }));
    return { chain, questions, owed, seizures: known(chain.seizures) };
  });
  return steps.sort((one, other) => (other.questions.at(-1)?.seq ?? 0) - (one.questions.at(-1)?.seq ?? 0));
}

function asks({ answers }: Entry, country: string): boolean {
  const countries = answers["addressees"];
  return Array.isArray(countries) && countries.includes(country);
}

function askedAt(questions: readonly FormItem[], country: string): number {
  return questions.find((question) => asks(entryOf(question), country))?.atMs ?? 0;
}

/** How much of the time is over, from 0 to 1; null without an end. */
export function share({ askedMs, dueMs }: Owed, nowMs: number): number | null {
  if (dueMs === null) return null;
  return dueMs <= askedMs ? 1 : Math.min(1, Math.max(0, (nowMs - askedMs) / (dueMs - askedMs)));
}

/** What an officer of `country` may go on with, on the forms that the group has. */
export function nextSteps({ chain, questions, owed, seizures }: ChainSteps, country: string, forms: readonly FormTemplate[]): readonly Next[] {
  const mine = owed.find((one) => one.country === country);
  const question = questions.findLast((one) => asks(entryOf(one), country));
  if (mine === undefined || question === undefined) return [];
  const next: Next[] = [];
  const add = (kind: Next["kind"], id: string, from: FormItem): void => {
    const form = forms.find((one) => one.id === id);
    if (form !== undefined) next.push({ kind, templateHash: form.hash, from: from.clientRef });
  };
  if (OWING.includes(mine.state)) add("answer", REPLIES[chain.kind] ?? "", question);
  if (chain.kind !== "warning") return next;
  add("forward", "warning", question);
  const reported = seizures.some(({ content }) => content.answers["reporting_country"] === country);
  const seizure = SEIZURES.find((id) => forms.some((form) => form.id === id));
  if (!reported && seizure !== undefined) add("report", seizure, mine.reply ?? question);
  return next;
}
