/** The engine's rules over what is being typed, and what a new form begins with. Pure. */

import type { Answers, Finding } from "../../engine/api.ts";
import { defaultAnswers, fill, type Filling } from "../../engine/rules/filling.ts";
import type { Plan } from "../../engine/rules/plan.ts";
import type { FormTemplate } from "../../templates_forms/model.ts";
import { nowText, withRow } from "./answers.ts";

export interface Filled extends Pick<Filling, "relevant" | "required" | "offers"> {
  readonly answers: Answers;
  readonly findings: readonly Finding[];
}

export function filledIn(plan: Plan, answers: Answers, nowMs: number): Filled {
  return fill(plan, answers, nowMs) as Filled;
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
  return template.groups.filter((group) => group.repeat !== null && isNeeded(group.key)).reduce((all, group) => withRow(all, group.key), answers);
}
