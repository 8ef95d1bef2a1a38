/** The sharing marking of forms (twin of `cencomm.export.profiles`, as far as the full profile needs it). */

import type { FormTemplate } from "../templates_forms/model.ts";
import type { Answers } from "../wire/content.ts";

/** The Traffic Light Protocol's, from the loosest to the strictest. */
export const MARKINGS: readonly string[] = ["clear", "green", "amber", "amber_strict", "red"];
const MARKING_LIST = "tlp";

/** The marking of a form, `red` for one that nobody knows; empty where its template has none. */
export function markingOf(template: FormTemplate, answers: Answers): string {
  for (const key of markedFields(template)) {
    const value = Object.hasOwn(answers, key) ? answers[key] : undefined;
    if (value !== undefined && value !== "") return typeof value === "string" && MARKINGS.includes(value) ? value : MARKINGS.at(-1)!;
  }
  return "";
}

/** The stricter of two markings; an empty one binds nobody. */
export function stricter(one: string, other: string): string {
  return MARKINGS.indexOf(one) >= MARKINGS.indexOf(other) ? one : other;
}

/** The questions whose answer is a marking. */
export function markedFields(template: FormTemplate): readonly string[] {
  return [...template.fields.values()].filter(({ codeList }) => codeList === MARKING_LIST).map(({ key }) => key);
}
