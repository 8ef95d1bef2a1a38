/**
 * The form without what is switched off. Rules and limits that name a question that is off go with it, or they could refuse
 * every answer; when something is asked or required, it is as if the question were never answered, so that what is asked
 * only because of it goes too. Pure.
 */

import { compileExpression, newEnv } from "../engine/rules/evaluation.ts";
import { parse } from "../engine/rules/expression.ts";
import { toBool } from "../engine/rules/values.ts";
import { type CodeListDoc, type ExpressionName, type FieldDoc, mapNodes, type NodeDoc, nodesOf, type RuleDoc, type TemplateDoc, tidied } from "./document.ts";
import { expressionProblem, type Places, placesOf, whereOf } from "./problems.ts";

export interface Off {
  /** Keys of sections and questions. */
  readonly off: readonly string[];
  readonly offRules: readonly string[];
}

export interface Trimmed {
  readonly document: TemplateDoc;
  /** Rules that go with the questions that they need. */
  readonly rules: readonly string[];
  /** Sections and questions that would never be asked, and so are off too. */
  readonly unasked: readonly string[];
  /** Questions that lose a condition, because it looks at what is off in a way that cannot be answered for it. */
  readonly conditions: readonly string[];
}

export function trimmed(template: TemplateDoc, { off, offRules }: Off): Trimmed {
  const gone = new Set(off);
  const unasked: string[] = [];
  for (;;) {
    for (const key of below(template, gone)) gone.add(key);
    const more = [...nodesOf(template)].filter((node) => !gone.has(node.key) && isNeverAsked(node, gone)).map(({ key }) => key);
    if (more.length === 0) break;
    unasked.push(...more);
    for (const key of more) gone.add(key);
  }
  const left = mapNodes(template, (node) => (gone.has(node.key) ? null : node));
  const without = new Without(gone, placesOf(left));
  const made = mapNodes(left, (node) => without.node(node));
  const kept = (template.rules ?? []).filter(({ key }) => !offRules.includes(key));
  const rules = kept.filter((rule) => without.isLeft(rule));
  const staying = new Set(rules.map(({ key }) => key));
  return {
    document: tidied({ ...made, code_lists: listsOf(template, made, rules), rules }),
    rules: kept.map(({ key }) => key).filter((key) => !staying.has(key)),
    unasked,
    conditions: [...without.conditions],
  };
}

/** The lists that are left: of questions, and those that expressions look up by name. */
function listsOf(template: TemplateDoc, made: TemplateDoc, rules: readonly RuleDoc[]): readonly CodeListDoc[] {
  const used = new Set([...nodesOf(made)].map((node) => (node.kind === "field" ? (node.code_list ?? "") : "")));
  const texts = JSON.stringify([made.groups, rules]);
  return (template.code_lists ?? []).filter(({ key }) => used.has(key) || texts.includes(`'${key}'`));
}

/** What stands in groups that are off; and groups in which nothing is left. */
function below(template: TemplateDoc, gone: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const walk = (node: NodeDoc, isOff: boolean): boolean => {
    const off = isOff || gone.has(node.key);
    const left = node.kind === "field" ? !off : node.children.map((child) => walk(child, off)).some((one) => one);
    const isEmptied = node.kind === "group" && node.children.length > 0 && !left;
    if (off || isEmptied) found.push(node.key);
    return left && !off;
  };
  for (const group of template.groups) walk(group, false);
  return found;
}

/** The expression as it reads when the questions that are off have no answer; null where it looks at them otherwise. */
export function answeredWithout(text: string, gone: ReadonlySet<string>): string | null {
  if (!namesAny(text, gone)) return text;
  const made = text.replace(/\$\{ *([A-Za-z_][A-Za-z0-9_.-]*) *\}(?! *[/[])/gu, (whole, key: string) => (gone.has(key) ? "''" : whole));
  return namesAny(made, gone) ? null : made;
}

/** `${key}`, steps of paths, and the bare names in `any` and `all`; what stands in quotes names nothing. */
function namesAny(text: string, gone: ReadonlySet<string>): boolean {
  const words = text.replace(/"[^"]*"|'[^']*'/gu, " ").match(/[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_(:-])/gu) ?? [];
  return words.some((word) => gone.has(word));
}

/** What the expression says whatever is answered; null where that depends on the answers. */
export function constantOf(text: string): boolean | null {
  if (/\b(?:now|today|uuid|once|position|pulldata|jr:choice-name)\b|(?:^|[^0-9])\.(?![0-9])|\.\.|\//u.test(text)) return null;
  try {
    const parsed = parse(text);
    if (parsed.references.size > 0) return null;
    const nothing = { fields: new Map(), repeats: new Map(), parents: new Map(), lists: new Map() };
    return toBool(compileExpression(parsed, nothing, { inside: [], at: "" })(newEnv({ values: new Map(), rows: new Map() }, 0, new Map(), () => "")));
  } catch {
    return null;
  }
}

function isNeverAsked({ relevant = "" }: NodeDoc, gone: ReadonlySet<string>): boolean {
  const left = namesAny(relevant, gone) ? answeredWithout(relevant, gone) : null;
  return left !== null && constantOf(left) === false;
}

/** Rewrites what is left for questions that are gone. */
class Without {
  readonly conditions = new Set<string>();
  readonly #gone: ReadonlySet<string>;
  readonly #places: Places;

  constructor(gone: ReadonlySet<string>, places: Places) {
    this.#gone = gone;
    this.#places = places;
  }

  /** Null where nothing is left to work out. */
  node(node: NodeDoc): NodeDoc | null {
    const asked = this.#said(node, "relevant");
    const relevant = asked === "true()" ? "" : asked;
    return node.kind === "group" ? { ...node, relevant } : this.#field(node, relevant);
  }

  #field(field: FieldDoc, relevant: string): FieldDoc | null {
    const calculation = this.#said(field, "calculation");
    if (field.type === "derived" && calculation === "" && calculation !== field.calculation) return null;
    const limited = this.#names(field.constraint);
    if (limited) this.conditions.add(field.key);
    const constraint = limited ? "" : (field.constraint ?? "");
    const { constraint_messages: messages = {}, ...rest } = field;
    return {
      ...rest,
      relevant,
      required: this.#said(field, "required"),
      constraint,
      ...(constraint === "" ? {} : { constraint_messages: messages }),
      // A list that is narrowed by a question that is off offers everything again.
      choice_filter: this.#names(field.choice_filter) ? "" : (field.choice_filter ?? ""),
      calculation,
      default: this.#names(field.default) ? "" : (field.default ?? ""),
      unit_field: this.#gone.has(field.unit_field ?? "") ? "" : (field.unit_field ?? ""),
    };
  }

  isLeft(rule: RuleDoc): boolean {
    return ![rule.at, ...(rule.needs ?? [])].some((key) => this.#gone.has(key)) && !this.#names(rule.expression);
  }

  #names(text = ""): boolean {
    return namesAny(text, this.#gone);
  }

  /** What a condition says without the questions that are gone; nothing where it says no more. */
  #said(node: NodeDoc, member: ExpressionName): string {
    const text = (node as FieldDoc)[member] ?? "";
    if (!this.#names(text)) return text;
    const left = answeredWithout(text, this.#gone);
    if (left === null || expressionProblem(left, this.#places, whereOf(this.#places, node, member)) !== null) {
      if (member !== "calculation") this.conditions.add(node.key);
      return "";
    }
    const always = member === "calculation" ? null : constantOf(left);
    return always === null ? left : always ? "true()" : "";
  }
}
