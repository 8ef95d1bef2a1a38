/** The form as it stands while one types: what is asked, what may be chosen, what does not fit. Pure.
 *
 * A quick look for the writer, in the browser's own numbers; what counts is the engine's judgement of the record.
 */

import type { Answers, AnswerValue, Finding } from "../../engine/api.ts";
import { type Env, evaluate, truth } from "./expression.ts";
import type { FormField, FormGroup, FormNode, FormTemplate } from "./template.ts";

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

/** Judge the answers as of `nowMs`. */
export function judge(template: FormTemplate, answers: Answers, nowMs: number): Judgement {
  const relevant = new Set<string>();
  const required = new Set<string>();
  const findings: Finding[] = [];
  const top: Env = { template, rows: [answers], repeats: [], nowMs };
  judgeRules(template, top, "", findings);
  for (const group of template.groups) judgeNode(group, top, "", true, { relevant, required, findings });
  return { relevant, required, findings };
}

interface Found {
  readonly relevant: Set<string>;
  readonly required: Set<string>;
  readonly findings: Finding[];
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
    judgeRules(env.template, inside, inner, found.findings);
    for (const child of node.children) judgeNode(child, inside, inner, here, found);
  });
}

function judgeField(field: FormField, env: Env, prefix: string, here: boolean, found: Found): void {
  const path = prefix + field.key;
  const value = env.rows.at(-1)![field.key];
  if (here) found.relevant.add(path);
  const required = here && field.required !== "" && truth(evaluate(field.required, env));
  if (required) found.required.add(path);
  if (isMissing(value)) {
    if (required) found.findings.push({ rule: "required", level: "error", path });
    return;
  }
  if (!here) {
    found.findings.push({ rule: "not_relevant", level: "warn", path });
    return;
  }
  if (!fitsType(field, value!)) found.findings.push({ rule: "wrong_type", level: "error", path });
  else if (field.constraint !== "" && !truth(evaluate(field.constraint, { ...env, own: value! }))) found.findings.push({ rule: "constraint", level: "error", path });
  else if (!chosenFits(field, value!, env) && !found.findings.some((one) => one.path === path)) found.findings.push({ rule: "choice", level: "error", path });
}

const DATE = /^\d{4}-\d{2}-\d{2}$/u;
const MOMENT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/u;

function fitsType(field: FormField, value: AnswerValue): boolean {
  switch (field.type) {
    case "int":
      return Number.isSafeInteger(value);
    case "decimal":
      return /^-?\d+(?:\.\d+)?$/u.test(String(value));
    case "date":
      return DATE.test(String(value));
    case "datetime":
      return MOMENT.test(String(value));
    default:
      return true;
  }
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
function judgeRules(template: FormTemplate, env: Env, prefix: string, findings: Finding[]): void {
  for (const [key, rule] of template.rules) {
    if (repeatsOf(template, rule.at).join(".") !== env.repeats.join(".")) continue;
    if (rule.needs.some((need) => isMissing(env.rows.findLast((row) => need in row)?.[need]))) continue;
    if (!truth(evaluate(rule.expression, env))) findings.push({ rule: key, level: rule.level, path: prefix + rule.at });
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
