/** Whether a form keeps its template's rules, judged the same by every client, early or late (DESIGN §4). */

import type { Answers, Form } from "../wire/content.ts";
import type { FindingRow } from "./model.ts";
import { PartsDisagree, merge, misplaced } from "./parts.ts";
import { validate } from "./rules/validate.ts";
import type { Template } from "./template.ts";

/** The template's rules over the merged answers, with `now` = the server's stored time of the record. */
export function judge(template: Template, answers: Answers, atMs: number): readonly FindingRow[] {
  return validate(template.plan, answers, atMs);
}

export const UNKNOWN_TEMPLATE: FindingRow = { rule: "template_unknown", level: "error", path: "" };
export const PARTS_DISAGREE: FindingRow = { rule: "parts_disagree", level: "error", path: "" };

/** Findings of a received form, as they are stored with it. */
export function judgeRecord(
  template: Template | undefined,
  open: Form | null,
  personal: Form | null,
  atMs: number,
): readonly FindingRow[] {
  if (template === undefined) return [UNKNOWN_TEMPLATE];
  const answers = merged(open, personal);
  if (answers === null) return [PARTS_DISAGREE];
  const outside = misplaced(template.level, open?.answers ?? {}).map((path) => ({ rule: "misplaced", level: "warn", path }) as const);
  return [...outside, ...judge(template, answers, atMs)];
}

/** The answers of both parts; null where they are not of one record. */
export function merged(open: Form | null, personal: Form | null): Answers | null {
  try {
    return merge(open?.answers ?? {}, personal?.answers ?? {});
  } catch (error) {
    if (!(error instanceof PartsDisagree)) throw error;
    return null;
  }
}
