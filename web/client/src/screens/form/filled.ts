/** The engine's rules over what is being typed, and what a new form begins with. Pure. */

import type { Answers, Finding } from "../../engine/api.ts";
import { withDerived } from "../../engine/derived.ts";
import { defaultAnswers, defaultRow } from "../../engine/rules/calculation.ts";
import type { Word } from "../../engine/rules/evaluation.ts";
import { fill, type Filling } from "../../engine/rules/filling.ts";
import { type Plan, planOf } from "../../engine/rules/plan.ts";
import type { FormTemplate } from "../../templates_forms/model.ts";
import { levelAt, nowText, type Place, rowsOf, TOP, withAnswer, withRow } from "./answers.ts";
import { codeLabel } from "./wording.ts";

const plans = new WeakMap<FormTemplate, Plan>();

/** A form made ready for judging, once. */
export function planFor(template: FormTemplate): Plan {
  const known = plans.get(template);
  if (known !== undefined) return known;
  const plan = planOf(JSON.parse(template.document));
  plans.set(template, plan);
  return plan;
}

/** The words of codes in the reader's language, for what is worked out. */
export function wordsOf(template: FormTemplate): Word {
  return (list, code) => (template.codeLists.get(list)?.codes.has(code) === true ? codeLabel(template.codeLists.get(list), code) : "");
}

/** The answers of a record with what is worked out from them, for reading. */
export function toRead(template: FormTemplate, answers: Answers, atMs: number): Answers {
  return withDerived(planFor(template), answers, atMs, wordsOf(template)) as Answers;
}

/** The answers with one row more, begun with its defaults. */
export function withNewRow(plan: Plan, answers: Answers, repeat: string, nowMs: number, place: Place = TOP): Answers {
  const added = withRow(answers, repeat, place);
  const row = rowsOf(levelAt(added, place), repeat).length - 1;
  const begun = defaultRow(plan, added, [...place, [repeat, row]], nowMs) as Answers;
  return Object.entries(begun).reduce((all, [key, value]) => withAnswer(all, [...place, [repeat, row]], key, value), added);
}

export interface Filled extends Pick<Filling, "relevant" | "required" | "offers" | "derived"> {
  readonly answers: Answers;
  readonly findings: readonly Finding[];
}

export function filledIn(plan: Plan, answers: Answers, nowMs: number, word?: Word): Filled {
  return fill(plan, answers, nowMs, word) as Filled;
}

interface Known {
  /** `KE/otieno`. */
  readonly account: string;
  readonly operationCode: string;
  readonly now: Date;
}

/** What is known without asking: the writer's country, the operation, this hour, the form's own defaults, one empty line where one is needed. */
export function firstAnswers(template: FormTemplate, plan: Plan, { account, operationCode, now }: Known): Answers {
  const known: Record<string, string> = {};
  const country = account.split("/")[0]!;
  if (template.fields.has("reporting_country") && /^[A-Z]{2}$/u.test(country)) known["reporting_country"] = country;
  if (template.fields.has("operation_code") && operationCode !== "") known["operation_code"] = operationCode;
  const begun = { ...known, ...(defaultAnswers(plan, known, now.getTime()) as Answers) };
  const asked = filledIn(plan, begun, now.getTime()).required;
  const hours = [...template.fields.values()].filter((field) => field.type === "datetime" && asked.has(field.key) && !(field.key in begun));
  const answers: Answers = { ...begun, ...Object.fromEntries(hours.map((field) => [field.key, nowText(now)])) };
  const { findings } = filledIn(plan, answers, now.getTime());
  const isNeeded = (key: string): boolean => findings.some((finding) => finding.path === key && finding.level === "error");
  return template.groups.filter((group) => group.repeat !== null && isNeeded(group.key)).reduce((all, group) => withNewRow(plan, all, group.key, now.getTime()), answers);
}
