/**
 * Whether the parts of a template fit together (twin of `templates_forms.checking`): what one client refuses, every client
 * refuses, when it is published and when it comes.
 */

import { type Fields, field, fields, listOf, textOf } from "../../wire/shape.ts";
import { TemplateMalformed, TemplateTooLarge } from "./errors.ts";
import type { Layout } from "./evaluation.ts";
import { parse } from "./expression.ts";

const MAX_DEPTH = 4;
const MAX_FIELDS = 2_000;
const MAX_RULES = 1_000;
/** Uses of `regex` in one template: each may cost some milliseconds to compile. */
const MAX_PATTERNS = 1_000;
const CODED: ReadonlySet<string> = new Set(["code", "codes"]);
const EXPRESSIONS = ["required", "relevant", "constraint", "choice_filter", "calculation", "default"] as const;

const nodes = listOf(fields);
const keyOf = (node: Fields): string => textOf(64, 1)(node["key"]);
const said = (node: Fields, name: string): string => field(node, name, textOf(2_000), "");

/** Throws TemplateMalformed, TemplateTooLarge, ExpressionMalformed, ExpressionTooLarge. */
export function check(template: Fields, layout: Layout): void {
  const parts = partsOf(template);
  if (parts.fields.length > MAX_FIELDS) throw new TemplateTooLarge("fields", MAX_FIELDS);
  if (parts.rules.length > MAX_RULES) throw new TemplateTooLarge("rules", MAX_RULES);
  checkKeys(parts);
  const lists = new Set(parts.lists.map(keyOf));
  for (const one of parts.fields) checkField(one, lists);
  checkUnits(parts.fields, layout);
  checkCodeWords(parts.lists);
  checkRules(parts.rules, layout);
  checkReferences(parts);
}

interface Parts {
  readonly groups: readonly Fields[];
  readonly fields: readonly Fields[];
  readonly lists: readonly Fields[];
  readonly tables: readonly Fields[];
  readonly rules: readonly Fields[];
}

function partsOf(template: Fields): Parts {
  const groups: Fields[] = [];
  const own: Fields[] = [];
  const walk = (group: Fields, depth: number): void => {
    if (depth > MAX_DEPTH) throw new TemplateTooLarge("depth", MAX_DEPTH);
    groups.push(group);
    for (const child of nodes(group["children"])) {
      if (child["kind"] === "field") own.push(child);
      else walk(child, depth + 1);
    }
  };
  for (const group of nodes(template["groups"])) walk(group, 1);
  const [lists, tables, rules] = (["code_lists", "tables", "rules"] as const).map((name) => field(template, name, nodes, []));
  return { groups, fields: own, lists: lists ?? [], tables: tables ?? [], rules: rules ?? [] };
}

function checkKeys({ groups, fields: own, lists, tables, rules }: Parts): void {
  refuseTwice([...groups, ...own]);
  refuseTwice([...lists, ...tables]);
  refuseTwice(rules);
  for (const list of lists) refuseTwice(nodes(list["codes"]));
}

function refuseTwice(parts: readonly Fields[]): void {
  const seen = new Set<string>();
  for (const key of parts.map(keyOf)) {
    if (seen.has(key)) throw new TemplateMalformed("key_twice", key);
    seen.add(key);
  }
}

function checkField(one: Fields, lists: ReadonlySet<string>): void {
  const [key, type, list] = [keyOf(one), said(one, "type"), said(one, "code_list")];
  if (CODED.has(type) !== (list !== "")) throw new TemplateMalformed("code_list_and_type", key);
  if (list !== "" && !lists.has(list)) throw new TemplateMalformed("unknown_code_list", key);
  if ((type === "derived") !== (said(one, "calculation") !== "")) throw new TemplateMalformed("calculation_and_type", key);
  if (said(one, "reference") !== "" && !["text", "identifier"].includes(type)) throw new TemplateMalformed("reference_and_type", key);
  if (said(one, "nominal") === "direct" && !["", "none"].includes(said(one, "cen"))) throw new TemplateMalformed("direct_nominal_to_cen", key);
  if (hasNone(one, "labels")) throw new TemplateMalformed("no_label", key);
}

/** The unit of a number is a code beside it. */
function checkUnits(own: readonly Fields[], layout: Layout): void {
  for (const one of own.filter((each) => said(each, "unit_field") !== "")) {
    const unit = own.find((other) => keyOf(other) === said(one, "unit_field"));
    const isBeside = unit !== undefined && layout.fields.get(keyOf(unit))?.join() === layout.fields.get(keyOf(one))?.join();
    if (!isBeside || said(unit, "type") !== "code" || !["int", "decimal"].includes(said(one, "type"))) throw new TemplateMalformed("unit_field", keyOf(one));
  }
}

function hasNone(node: Fields, name: string): boolean {
  return Object.keys(field(node, name, fields, {})).length === 0;
}

function checkCodeWords(lists: readonly Fields[]): void {
  for (const list of lists.filter((one) => ["", "own"].includes(said(one, "words")))) {
    const silent = nodes(list["codes"]).find((code) => hasNone(code, "labels"));
    if (silent !== undefined) throw new TemplateMalformed("no_label", `${keyOf(list)}.${keyOf(silent)}`);
  }
}

function checkRules(rules: readonly Fields[], layout: Layout): void {
  for (const rule of rules) {
    const at = said(rule, "at");
    const place = layout.fields.get(at) ?? layout.repeats.get(at)?.slice(0, -1);
    if (place === undefined) throw new TemplateMalformed("unknown_field", keyOf(rule));
    for (const need of field(rule, "needs", listOf(textOf(64, 1)), [])) {
      const path = layout.fields.get(need);
      if (path === undefined || path.some((repeat, depth) => place[depth] !== repeat)) throw new TemplateMalformed("needs_out_of_reach", keyOf(rule));
    }
    if (hasNone(rule, "messages")) throw new TemplateMalformed("no_message", keyOf(rule));
  }
}

/** No expression names a derived field: these are calculated after all answers are judged. */
function checkReferences({ groups, fields: own, rules }: Parts): void {
  const texts = [...groups.map((group) => said(group, "relevant")), ...rules.map((rule) => said(rule, "expression")), ...own.flatMap((one) => EXPRESSIONS.map((name) => said(one, name)))];
  const patterns = texts.reduce((sum, text) => sum + text.split("regex").length - 1, 0);
  if (patterns > MAX_PATTERNS) throw new TemplateTooLarge("patterns", MAX_PATTERNS);
  const derived = new Set(own.filter((one) => said(one, "type") === "derived").map(keyOf));
  for (const text of texts.filter((one) => one !== "")) {
    const named = [...parse(text).references].find((key) => derived.has(key));
    if (named !== undefined) throw new TemplateMalformed("reference_to_derived", named);
  }
}
