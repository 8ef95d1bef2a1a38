/** A published form as the screens need it: what to ask, in which words (twin of `templates_forms.model`). Pure. */

import type { Language } from "../i18n/catalogue.ts";

export type Words = Readonly<Record<string, string>>;

export type FieldType = "text" | "longtext" | "identifier" | "code" | "codes" | "int" | "decimal" | "bool" | "date" | "datetime" | "derived";

export interface FormField {
  readonly kind: "field";
  readonly key: string;
  readonly type: FieldType;
  readonly labels: Words;
  readonly hints: Words;
  readonly codeList: string;
  readonly choiceFilter: string;
  readonly required: string;
  readonly relevant: string;
  readonly constraint: string;
  readonly constraintMessages: Words;
  readonly default: string;
  readonly maxLength: number;
  readonly personal: boolean;
  readonly cen: "full" | "coarse" | "count" | "none";
}

export interface FormGroup {
  readonly kind: "group";
  readonly key: string;
  readonly labels: Words;
  readonly relevant: string;
  readonly repeat: { readonly min: number; readonly max: number } | null;
  readonly children: readonly FormNode[];
}

export type FormNode = FormField | FormGroup;

export interface FormCode {
  readonly key: string;
  readonly labels: Words;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface CodeList {
  readonly codes: ReadonlyMap<string, FormCode>;
  /** Countries have their names from CLDR. */
  readonly territories: boolean;
}

export interface FormRule {
  readonly level: "error" | "warn" | "info";
  readonly at: string;
  readonly expression: string;
  readonly needs: readonly string[];
  readonly messages: Words;
}

export type Tables = Readonly<Record<string, Readonly<Record<string, Words>>>>;

export interface FormTemplate {
  readonly hash: string;
  readonly id: string;
  readonly version: number;
  readonly labels: Words;
  readonly groups: readonly FormGroup[];
  readonly codeLists: ReadonlyMap<string, CodeList>;
  readonly rules: ReadonlyMap<string, FormRule>;
  /** Lookup tables of rules: table, row, column. */
  readonly tables: Tables;
  readonly fields: ReadonlyMap<string, FormField>;
}

type Raw = Readonly<Record<string, unknown>>;

/** The form of a document that the engine has accepted as a template; what is not there is at its default. */
export function readTemplate(hash: string, document: string): FormTemplate {
  const raw = JSON.parse(document) as Raw;
  const groups = rows(raw["groups"]).map(readGroup);
  return {
    hash,
    id: text(raw["id"]),
    version: Number(raw["version"]),
    labels: words(raw["labels"]),
    groups,
    codeLists: new Map(rows(raw["code_lists"]).map((list) => [text(list["key"]), readCodeList(list)])),
    rules: new Map(rows(raw["rules"]).map((rule) => [text(rule["key"]), readRule(rule)])),
    tables: Object.fromEntries(rows(raw["tables"]).map((table) => [text(table["key"]), table["rows"] as Readonly<Record<string, Words>>])),
    fields: new Map(groups.flatMap(fieldsOf).map((field) => [field.key, field])),
  };
}

/** All fields below, in the order of the form. */
export function fieldsOf(node: FormNode): readonly FormField[] {
  return node.kind === "field" ? [node] : node.children.flatMap(fieldsOf);
}

/** The text in the reader's language; else in another, marked: `Heading [en]`. */
export function choose(labels: Words, language: Language): string {
  const exact = labels[language];
  if (exact !== undefined) return exact;
  const other = "en" in labels ? "en" : Object.keys(labels).sort()[0];
  return other === undefined ? "[?]" : `${labels[other]!} [${other}]`;
}

function readGroup(raw: Raw): FormGroup {
  const repeat = raw["repeat"] as { readonly min?: number; readonly max?: number } | undefined;
  return {
    kind: "group",
    key: text(raw["key"]),
    labels: words(raw["labels"]),
    relevant: text(raw["relevant"]),
    repeat: repeat === undefined || repeat === null ? null : { min: repeat.min ?? 0, max: repeat.max ?? 500 },
    children: rows(raw["children"]).map((child) => (child["kind"] === "group" ? readGroup(child) : readField(child))),
  };
}

function readField(raw: Raw): FormField {
  const type = text(raw["type"]) as FieldType;
  return {
    kind: "field",
    key: text(raw["key"]),
    type,
    labels: words(raw["labels"]),
    hints: words(raw["hints"]),
    codeList: text(raw["code_list"]),
    choiceFilter: text(raw["choice_filter"]),
    required: text(raw["required"]),
    relevant: text(raw["relevant"]),
    constraint: text(raw["constraint"]),
    constraintMessages: words(raw["constraint_messages"]),
    default: text(raw["default"]),
    maxLength: Number(raw["max_length"] ?? 0),
    personal: (raw["nominal"] ?? "none") !== "none" || type === "text" || type === "longtext",
    cen: (raw["cen"] ?? "none") as FormField["cen"],
  };
}

function readRule(raw: Raw): FormRule {
  return {
    level: (raw["level"] ?? "error") as FormRule["level"],
    at: text(raw["at"]),
    expression: text(raw["expression"]),
    needs: Array.isArray(raw["needs"]) ? (raw["needs"] as string[]) : [],
    messages: words(raw["messages"]),
  };
}

function readCodeList(raw: Raw): CodeList {
  const codes = rows(raw["codes"]).map((code): FormCode => ({ key: text(code["key"]), labels: words(code["labels"]), attributes: words(code["attributes"]) }));
  return { codes: new Map(codes.map((code) => [code.key, code])), territories: raw["words"] === "cldr_territory" };
}

function rows(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? (value as Raw[]) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function words(value: unknown): Words {
  return typeof value === "object" && value !== null ? (value as Words) : {};
}
