/** What a form may begin from: the records of the group that came before it (twin of `cli/begun.py`). Pure. */

import { entryOf, type FormItem, newest } from "../../app/newest.ts";
import type { Answers, Item } from "../../engine/api.ts";
import { type Entry, numberOf } from "../../engine/rules/chain.ts";
import { canFollow, follow } from "../../engine/rules/following.ts";
import type { Plan } from "../../engine/rules/plan.ts";
import type { FormTemplate } from "../../templates_forms/model.ts";

/** The form that asked for what this one answers. */
const ASKED_BY: Readonly<Record<string, string>> = { feedback: "warning", rfi_reply: "rfi" };

export interface Start {
  /** The client_ref of the record. */
  readonly ref: string;
  readonly templateHash: string;
  /** The chain's number, or the national number of a case. */
  readonly number: string;
  readonly atMs: number;
  /** What the form begins with; as a new version of that record if `replaces`. */
  readonly answers: Answers;
  readonly replaces: boolean;
}

/** What a form of `template` may begin from, the newest first; a new version only of what one sent oneself. */
export function startsOf(items: readonly Item[], template: FormTemplate, plan: Plan, country: string, most = Infinity): Start[] {
  const known = newest(items);
  const starts: Start[] = [];
  for (let at = known.length - 1; at >= 0 && starts.length < most; at--) {
    const start = startOf(known[at]!, known, template, plan, country);
    if (start !== null) starts.push(start);
  }
  return starts;
}

/** Null where a form of `template` does not begin from that record. */
export function startOf(item: FormItem, known: readonly FormItem[], template: FormTemplate, plan: Plan, country: string): Start | null {
  const sources = sourcesOf(entryOf(item), known);
  const before = [...sources.keys()].find((name) => canFollow(template.id, name));
  const begun = before === undefined ? null : follow(plan, template.id, before, sources, country);
  if (begun === null || (begun.replaces && !item.own)) return null;
  const { number, country: reporter } = named(entryOf(item));
  return { ref: item.clientRef, templateHash: item.content.templateHash, number: `${number} ${reporter}`.trim(), atMs: item.atMs, answers: begun.answers as Answers, replaces: begun.replaces };
}

/** An answer brings the question with it that it answers. */
function sourcesOf(entry: Entry, known: readonly FormItem[]): ReadonlyMap<string, Entry> {
  const kind = ASKED_BY[entry.template];
  const asked = kind === undefined || numberOf(entry) === "" ? undefined : known.map(entryOf).find((each) => each.template === kind && numberOf(each) === numberOf(entry));
  return new Map([entry, ...(asked === undefined ? [] : [asked])].map((each) => [each.template, each]));
}

function named(entry: Entry): { readonly number: string; readonly country: string } {
  const own = entry.answers["national_case_ref"];
  return { number: numberOf(entry) || (typeof own === "string" ? own : ""), country: String(entry.answers["reporting_country"] ?? "") };
}
