/**
 * What stops a form from being published, each with its place, before the engine refuses the whole for the first of them.
 * Pure.
 */

import { compileExpression } from "../engine/rules/evaluation.ts";
import { ExpressionMalformed, ExpressionTooLarge } from "../engine/rules/errors.ts";
import { parse } from "../engine/rules/expression.ts";
import { layoutOf } from "../engine/rules/plan.ts";
import type { Fields } from "../wire/shape.ts";
import { EXPRESSIONS, type ExpressionName, type FieldDoc, fieldsIn, type GroupDoc, type NodeDoc, nodesOf, type TemplateDoc } from "./document.ts";

/** What is wrong with an expression; `kind` names the sentence `design.expr_<kind>`, `place` the words that it is about. */
export interface ExpressionProblem {
  readonly kind: ExpressionKind;
  readonly place: string;
}

export type ExpressionKind = "unknown_field" | "unknown_function" | "argument_count" | "bracket" | "missing" | "unexpected" | "bare_name" | "pattern" | "defaults_only" | "out_of_reach" | "too_large" | "derived";

/** `kind` names the sentence `design.problem_<kind>`; of an expression, `expression` says more. */
export interface Problem {
  /** Key of the section, question or rule; of the form none. */
  readonly at: string;
  readonly isRule: boolean;
  readonly kind: "no_label" | "no_section" | "no_questions" | "no_list" | "no_code_label" | "no_calculation" | "no_rule" | "no_message" | "to_cen" | "unit" | "needs" | "expression";
  readonly member: ExpressionName | "expression" | "";
  readonly expression: ExpressionProblem | null;
}

const KINDS: Readonly<Record<string, ExpressionKind>> = {
  unknown_field: "unknown_field",
  unknown_function: "unknown_function",
  argument_count: "argument_count",
  expected_closing_parenthesis: "bracket",
  expected_opening_parenthesis: "bracket",
  expected_closing_bracket: "bracket",
  operand_expected: "missing",
  name_expected: "missing",
  unexpected_token: "unexpected",
  unexpected_character: "unexpected",
  number_too_large: "unexpected",
  text_must_be_written_out: "unexpected",
  bare_name: "bare_name",
  only_in_defaults: "defaults_only",
};
/** As much of an expression as shows where one is in it. */
const PLACE = 24;

type Where = Parameters<typeof compileExpression>[2];
export type Places = ReturnType<typeof layoutOf>;

export function placesOf(template: TemplateDoc): Places {
  return layoutOf(template.groups as unknown as Fields[]);
}

/** What is wrong with `text` where it stands; null where it can be judged. */
export function expressionProblem(text: string, places: Places, where: Where, derived: ReadonlySet<string> = new Set()): ExpressionProblem | null {
  try {
    const parsed = parse(text);
    const unknown = [...parsed.references].find((key) => !places.fields.has(key) && !places.parents.has(key));
    if (unknown !== undefined) return { kind: "unknown_field", place: unknown };
    const calculated = [...parsed.references].find((key) => derived.has(key));
    if (calculated !== undefined) return { kind: "derived", place: calculated };
    compileExpression(parsed, places, where);
    return null;
  } catch (error) {
    if (error instanceof ExpressionTooLarge) return { kind: "too_large", place: "" };
    if (!(error instanceof ExpressionMalformed)) throw error;
    return saidOf(text, String(error.facts["reason"]), Number(error.facts["position"]));
  }
}

function saidOf(text: string, reason: string, position: number): ExpressionProblem {
  const signs = [...text];
  const isAtEnd = position >= signs.length;
  const kind = reason.startsWith("pattern_") ? "pattern" : (KINDS[reason] ?? "out_of_reach");
  const from = isAtEnd ? Math.max(0, signs.length - PLACE) : position;
  const rest = signs.slice(from, from + PLACE).join("");
  const name = /^[A-Za-z_][\w:-]*/u.exec(rest)?.[0];
  return { kind: kind === "unexpected" && isAtEnd ? "missing" : kind, place: kind === "unknown_function" || kind === "argument_count" || kind === "bare_name" ? (name ?? rest) : rest };
}

/** Where an expression of a section or question stands. */
export function whereOf(places: Places, node: NodeDoc, member: ExpressionName): Where {
  const inside = node.kind === "field" ? (places.fields.get(node.key) ?? []) : (places.repeats.get(node.key)?.slice(0, -1) ?? []);
  return { inside, at: node.key, ...(member === "choice_filter" ? { columns: true } : {}), ...(member === "default" ? { entry: true } : {}) };
}

/** All that is wrong with the form as it would be published. */
export function problemsOf(template: TemplateDoc): Problem[] {
  const places = placesOf(template);
  const derived = new Set(fieldsIn(template).filter(({ type }) => type === "derived").map(({ key }) => key));
  const found: Problem[] = [];
  const tell = (at: string, kind: Problem["kind"], more: Partial<Problem> = {}): void => void found.push({ at, kind, isRule: false, member: "", expression: null, ...more });
  const lists = new Map((template.code_lists ?? []).map((list) => [list.key, list]));
  if (isEmpty(template.labels)) tell("", "no_label");
  if (template.groups.length === 0) tell("", "no_section");
  for (const node of nodesOf(template)) {
    if (isEmpty(node.labels)) tell(node.key, "no_label");
    if (node.kind === "group") sectionProblems(node, tell);
    else questionProblems(node, places, lists, tell);
    for (const member of node.kind === "group" ? (["relevant"] as const) : EXPRESSIONS) {
      const text = (node as FieldDoc)[member] ?? "";
      const wrong = text === "" ? null : expressionProblem(text, places, whereOf(places, node, member), derived);
      if (wrong !== null) tell(node.key, "expression", { member, expression: wrong });
    }
  }
  for (const rule of template.rules ?? []) {
    const at = places.fields.get(rule.at) ?? places.repeats.get(rule.at)?.slice(0, -1) ?? [];
    const wrong = rule.expression === "" ? null : expressionProblem(rule.expression, places, { inside: at, at: rule.at }, derived);
    if (rule.expression === "") tell(rule.key, "no_rule", { isRule: true });
    if (isEmpty(rule.messages)) tell(rule.key, "no_message", { isRule: true });
    if (wrong !== null) tell(rule.key, "expression", { isRule: true, member: "expression", expression: wrong });
    const outside = (rule.needs ?? []).some((key) => (places.fields.get(key) ?? ["?"]).some((repeat, depth) => at[depth] !== repeat));
    if (outside) tell(rule.key, "needs", { isRule: true });
  }
  return found;
}

type Tell = (at: string, kind: Problem["kind"]) => void;

function sectionProblems(group: GroupDoc, tell: Tell): void {
  if (group.children.length === 0) tell(group.key, "no_questions");
}

function questionProblems(field: FieldDoc, places: Places, lists: ReadonlyMap<string, { readonly codes: readonly { readonly labels?: object }[]; readonly words?: string }>, tell: Tell): void {
  const list = lists.get(field.code_list ?? "");
  const isCoded = field.type === "code" || field.type === "codes";
  if (isCoded && (list === undefined || list.codes.length === 0)) tell(field.key, "no_list");
  else if (isCoded && list?.words !== "cldr_territory" && list?.codes.some(({ labels = {} }) => isEmpty(labels)) === true) tell(field.key, "no_code_label");
  if (field.type === "derived" && (field.calculation ?? "") === "") tell(field.key, "no_calculation");
  if (field.nominal === "direct" && (field.cen ?? "none") !== "none") tell(field.key, "to_cen");
  const unit = field.unit_field ?? "";
  if (unit !== "" && places.fields.get(unit)?.join() !== places.fields.get(field.key)?.join()) tell(field.key, "unit");
}

function isEmpty(words: object): boolean {
  return Object.keys(words).length === 0;
}
