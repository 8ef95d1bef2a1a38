/** The form as it stands while one types: what is asked, what may be chosen, what does not fit. Pure.
 *
 * A quick look for the writer, in the browser's own numbers; what counts is the engine's judgement of the record.
 */

import type { Answers, AnswerValue, Finding } from "../../engine/api.ts";
import { type Env, evaluate, truth } from "./expression.ts";
import type { FormField, FormGroup, FormNode, FormTemplate } from "../../templates_forms/model.ts";

/** `relevant` and `required` by path (`item[0].unit`). */
export interface Judgement {
  readonly relevant: ReadonlySet<string>;
  readonly required: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

export function isRows(value: AnswerValue | undefined): value is readonly Answers[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === "object";
}

export function rowsOf(answers: Answers, key: string): readonly Answers[] {
  const value = answers[key];
  return isRows(value) ? value : [];
}

export function isMissing(value: AnswerValue | undefined): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** Judge the answers as of `nowMs`. An answer that its field cannot hold is said so, and counts as missing for all else. */
export function judge(template: FormTemplate, answers: Answers, nowMs: number): Judgement {
  const unfit = new Map<string, string>();
  const fitting = withoutUnfit(template, answers, "", unfit);
  const found: Found = { relevant: new Set(), required: new Set(), unfit, findings: [...unfit].map(([path, rule]) => ({ rule, level: "error", path })) };
  const top: Env = { template, rows: [fitting], repeats: [], nowMs };
  judgeRules(template, top, "", found);
  for (const group of template.groups) judgeNode(group, top, "", true, found);
  return found;
}

interface Found extends Judgement {
  readonly relevant: Set<string>;
  readonly required: Set<string>;
  readonly findings: Finding[];
  /** What is wrong with an answer in itself, by path. */
  readonly unfit: ReadonlyMap<string, string>;
}

function withoutUnfit(template: FormTemplate, answers: Answers, prefix: string, unfit: Map<string, string>): Answers {
  const kept: Record<string, AnswerValue> = {};
  for (const [key, value] of Object.entries(answers)) {
    const field = template.fields.get(key);
    const rule = field === undefined || isMissing(value) ? null : misfit(template, field, value);
    if (rule !== null) unfit.set(prefix + key, rule);
    else kept[key] = isRows(value) ? value.map((row, at) => withoutUnfit(template, row, `${prefix}${key}[${at}].`, unfit)) : value;
  }
  return kept;
}

function judgeNode(node: FormNode, env: Env, prefix: string, above: boolean, found: Found): void {
  const here = above && (node.relevant === "" || truth(evaluate(node.relevant, env)));
  if (node.kind === "field") return judgeField(node, env, prefix, here, found);
  if (here) found.relevant.add(prefix + node.key);
  if (node.repeat === null) {
    for (const child of node.children) judgeNode(child, env, prefix, here, found);
    return;
  }
  rowsOf(env.rows.at(-1)!, node.key).forEach((row, at) => {
    const inner = `${prefix}${node.key}[${at}].`;
    const inside: Env = { ...env, rows: [...env.rows, row], repeats: [...env.repeats, node.key] };
    judgeRules(env.template, inside, inner, found);
    for (const child of node.children) judgeNode(child, inside, inner, here, found);
  });
}

function judgeField(field: FormField, env: Env, prefix: string, here: boolean, found: Found): void {
  const path = prefix + field.key;
  const value = env.rows.at(-1)![field.key];
  if (here) found.relevant.add(path);
  const required = here && field.required !== "" && truth(evaluate(field.required, env));
  if (required) found.required.add(path);
  if (found.unfit.has(path)) return;
  if (isMissing(value)) {
    if (required) found.findings.push({ rule: "required", level: "error", path });
    return;
  }
  if (!here) {
    found.findings.push({ rule: "not_relevant", level: "warn", path });
    return;
  }
  if (field.constraint !== "" && !truth(evaluate(field.constraint, { ...env, own: value! }))) found.findings.push({ rule: "constraint", level: "error", path });
  const ruled = found.findings.some((finding) => finding.path === path && env.template.rules.has(finding.rule));
  if (!ruled && !chosenFits(field, value!, env)) found.findings.push({ rule: "choice", level: "error", path });
}

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-]\d{2}:[0-5]\d))?$/u;

/** The rule that an answer breaks by itself; null where it fits its field. */
function misfit(template: FormTemplate, field: FormField, value: AnswerValue): string | null {
  if (field.maxLength > 0 && typeof value === "string" && [...value].length > field.maxLength) return "too_long";
  switch (field.type) {
    case "int":
      return Number.isSafeInteger(value) ? null : "wrong_type";
    case "decimal":
      return /^-?(?:\d{1,60}(?:\.\d{0,60})?|\.\d{1,60})$/u.test(String(value)) ? null : "wrong_type";
    case "date":
      return isDay(String(value)) ? null : "wrong_type";
    case "datetime":
      return isDay(MOMENT.exec(String(value))?.[1] ?? "") ? null : "wrong_type";
    case "code":
    case "codes": {
      const codes = template.codeLists.get(field.codeList)?.codes;
      return (Array.isArray(value) ? value : [value]).every((code) => codes?.has(String(code)) === true) ? null : "unknown_code";
    }
    default:
      return null;
  }
}

/** Whether such a day is in the calendar. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text;
}

function chosenFits(field: FormField, value: AnswerValue, env: Env): boolean {
  if (field.choiceFilter === "") return true;
  return (Array.isArray(value) ? value : [value]).every((code) => isOffered(field, String(code), env));
}

function isOffered(field: FormField, code: string, env: Env): boolean {
  const columns = env.template.codeLists.get(field.codeList)?.codes.get(code)?.attributes ?? {};
  return truth(evaluate(field.choiceFilter, { ...env, columns }));
}

/** Whether a code may be chosen, given the other answers; `rows` as in `Env`. */
export function offered(template: FormTemplate, field: FormField, rows: readonly Answers[], repeats: readonly string[]): (code: string) => boolean {
  if (field.choiceFilter === "") return () => true;
  const env: Env = { template, rows, repeats, nowMs: 0 };
  return (code) => isOffered(field, code, env);
}

/** A rule is judged where its field stands, once all that it needs is answered. */
function judgeRules(template: FormTemplate, env: Env, prefix: string, { unfit, findings }: Found): void {
  for (const [key, rule] of template.rules) {
    const path = prefix + rule.at;
    if (unfit.has(path) || repeatsOf(template, rule.at).join(".") !== env.repeats.join(".")) continue;
    if (rule.needs.some((need) => isMissing(env.rows.findLast((row) => need in row)?.[need]))) continue;
    if (!truth(evaluate(rule.expression, env))) findings.push({ rule: key, level: rule.level, path });
  }
}

/** The repeats around a field; none around a repeat of the top level. */
export function repeatsOf(template: FormTemplate, key: string): readonly string[] {
  for (const group of template.groups) if (group.repeat !== null && holds(group, key)) return [group.key];
  return [];
}

function holds(group: FormGroup, key: string): boolean {
  return group.children.some((child) => (child.kind === "field" ? child.key === key : holds(child, key)));
}

/** The answers that a form begins with. */
export function withDefaults(template: FormTemplate, answers: Answers, nowMs: number): Answers {
  const begun: Record<string, AnswerValue> = { ...answers };
  for (const field of template.fields.values()) {
    if (field.default === "" || !isMissing(begun[field.key]) || repeatsOf(template, field.key).length > 0) continue;
    const value = evaluate(field.default, { template, rows: [begun], repeats: [], nowMs });
    if (value !== "" && typeof value === "string") begun[field.key] = field.type === "codes" ? value.split(" ") : value;
  }
  return begun;
}
