/** A template's document as it is worked on: its members by name, those at their default left out or not. Pure. */

import type { FieldType, Words } from "../templates_forms/model.ts";

export type Nominal = "none" | "indirect" | "direct";
export type Cen = "full" | "coarse" | "count" | "none";
export type Level = "error" | "warn" | "info";

export interface FieldDoc {
  readonly kind: "field";
  readonly key: string;
  readonly type: FieldType;
  readonly labels: Words;
  readonly hints?: Words;
  readonly code_list?: string;
  readonly choice_filter?: string;
  readonly required?: string;
  readonly relevant?: string;
  readonly constraint?: string;
  readonly constraint_messages?: Words;
  readonly calculation?: string;
  readonly default?: string;
  readonly max_length?: number;
  readonly unit_field?: string;
  readonly reference?: string;
  readonly nominal?: Nominal;
  readonly cen?: Cen;
}

export interface GroupDoc {
  readonly kind: "group";
  readonly key: string;
  readonly labels: Words;
  readonly children: readonly NodeDoc[];
  readonly relevant?: string;
  readonly repeat?: { readonly min?: number; readonly max?: number } | null;
}

export type NodeDoc = FieldDoc | GroupDoc;

export interface CodeDoc {
  readonly key: string;
  readonly labels?: Words;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface CodeListDoc {
  readonly key: string;
  readonly codes: readonly CodeDoc[];
  readonly words?: "own" | "cldr_territory";
}

export interface RuleDoc {
  readonly key: string;
  readonly level: Level;
  readonly at: string;
  readonly expression: string;
  readonly messages: Words;
  readonly needs?: readonly string[];
}

export interface TableDoc {
  readonly key: string;
  readonly rows: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface TemplateDoc {
  readonly format: 1;
  readonly id: string;
  readonly version: number;
  readonly labels: Words;
  readonly groups: readonly GroupDoc[];
  readonly code_lists?: readonly CodeListDoc[];
  readonly tables?: readonly TableDoc[];
  readonly rules?: readonly RuleDoc[];
}

/** The members of a field that are expressions. */
export const EXPRESSIONS = ["required", "relevant", "constraint", "choice_filter", "calculation", "default"] as const;
export type ExpressionName = (typeof EXPRESSIONS)[number];

/** Every group and field, a group before what stands in it. */
export function* nodesOf(template: TemplateDoc): Generator<NodeDoc> {
  for (const group of template.groups) yield* nodesIn(group);
}

function* nodesIn(node: NodeDoc): Generator<NodeDoc> {
  yield node;
  if (node.kind === "group") for (const child of node.children) yield* nodesIn(child);
}

export function fieldsIn(template: TemplateDoc): FieldDoc[] {
  return [...nodesOf(template)].filter((node): node is FieldDoc => node.kind === "field");
}

export function nodeOf(template: TemplateDoc, key: string): NodeDoc | undefined {
  for (const node of nodesOf(template)) if (node.key === key) return node;
  return undefined;
}

/** The same document with every node as `change` makes it, from the inside out; what it makes null is left out. */
export function mapNodes(template: TemplateDoc, change: (node: NodeDoc) => NodeDoc | null): TemplateDoc {
  const through = (nodes: readonly NodeDoc[]): NodeDoc[] => nodes.flatMap((node) => change(node.kind === "group" ? { ...node, children: through(node.children) } : node) ?? []);
  return { ...template, groups: through(template.groups) as GroupDoc[] };
}

/** Members at their default stand in no template that is published: all clients give it one name. */
export function tidied(template: TemplateDoc): TemplateDoc {
  const lists = (template.code_lists ?? []).map((list) => without({ ...list, codes: list.codes.map((code) => without(code)) }, { words: "own" }));
  const rules = (template.rules ?? []).map((rule) => without(rule));
  const groups = mapNodes(template, (node) => (node.kind === "field" ? { ...without(node, { nominal: "none", cen: "none", max_length: 0 }), labels: node.labels } : tidyGroup(node))).groups;
  return { ...without({ ...template, groups, code_lists: lists, rules }), labels: template.labels };
}

function tidyGroup(group: GroupDoc): GroupDoc {
  const { repeat, relevant, ...rest } = group;
  return { ...rest, ...(relevant === undefined || relevant === "" ? {} : { relevant }), ...(repeat === undefined || repeat === null ? {} : { repeat: without(repeat, { min: 0, max: 500 }) }) };
}

/** These have no default, however empty they are. */
const ALWAYS: ReadonlySet<string> = new Set(["key", "children", "groups", "codes", "rows", "messages", "expression"]);

function without<T extends object>(members: T, defaults: Readonly<Record<string, unknown>> = {}): T {
  return Object.fromEntries(Object.entries(members).filter(([name, value]) => ALWAYS.has(name) || !(isEmpty(value) || defaults[name] === value))) as T;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}
