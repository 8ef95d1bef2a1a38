/** The words of a published form: what is asked, and what each answer is called. Its rules are `engine/rules`. Pure. */

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
  /** The large code list in which the answer should be; empty without. */
  readonly reference: string;
  /** The field that holds this one's unit or currency. */
  readonly unitField: string;
  /** Whether and how an answer leads to a person. */
  readonly nominal: "none" | "indirect" | "direct";
  /** The expression of a derived value. */
  readonly calculation: string;
  readonly constraintMessages: Words;
  /** Whether it is asked only where other answers ask for it. */
  readonly conditional: boolean;
  readonly maxLength: number;
  readonly personal: boolean;
  readonly cen: "full" | "coarse" | "count" | "none";
}

export interface FormGroup {
  readonly kind: "group";
  readonly key: string;
  readonly labels: Words;
  readonly repeat: { readonly min: number; readonly max: number } | null;
  readonly children: readonly FormNode[];
}

export type FormNode = FormField | FormGroup;

export interface CodeList {
  /** The words of each code; none where they are CLDR's. */
  readonly codes: ReadonlyMap<string, Words>;
  /** Countries have their names from CLDR. */
  readonly territories: boolean;
}

export interface FormTemplate {
  readonly hash: string;
  readonly id: string;
  readonly version: number;
  readonly labels: Words;
  readonly groups: readonly FormGroup[];
  readonly codeLists: ReadonlyMap<string, CodeList>;
  /** What each of the form's own rules says. */
  readonly rules: ReadonlyMap<string, Words>;
  readonly fields: ReadonlyMap<string, FormField>;
  /** As it was published; `engine/rules/plan.ts` has its rules. */
  readonly document: string;
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
    rules: new Map(rows(raw["rules"]).map((rule) => [text(rule["key"]), words(rule["messages"])])),
    fields: new Map(groups.flatMap(fieldsOf).map((field) => [field.key, field])),
    document,
  };
}

/** All fields below, in the order of the form. */
export function fieldsOf(node: FormNode): readonly FormField[] {
  return node.kind === "field" ? [node] : node.children.flatMap(fieldsOf);
}

/** The group itself and all groups below it, in the order of the form. */
export function groupsOf(group: FormGroup): readonly FormGroup[] {
  return [group, ...group.children.flatMap((child) => (child.kind === "group" ? groupsOf(child) : []))];
}

/** The questions of one level, through groups that do not repeat. */
export function fieldsAt(group: FormGroup): readonly FormField[] {
  return group.children.flatMap((child) => (child.kind === "field" ? [child] : child.repeat === null ? fieldsAt(child) : []));
}

/** The repeats that begin in that level. */
export function repeatsAt(group: FormGroup): readonly FormGroup[] {
  return group.children.flatMap((child) => (child.kind === "field" ? [] : child.repeat === null ? repeatsAt(child) : [child]));
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
    reference: text(raw["reference"]),
    unitField: text(raw["unit_field"]),
    nominal: (raw["nominal"] ?? "none") as FormField["nominal"],
    calculation: text(raw["calculation"]),
    constraintMessages: words(raw["constraint_messages"]),
    conditional: text(raw["relevant"]) !== "",
    maxLength: Number(raw["max_length"] ?? 0),
    personal: (raw["nominal"] ?? "none") !== "none" || type === "text" || type === "longtext",
    cen: (raw["cen"] ?? "none") as FormField["cen"],
  };
}

function readCodeList(raw: Raw): CodeList {
  return { codes: new Map(rows(raw["codes"]).map((code) => [text(code["key"]), words(code["labels"])])), territories: raw["words"] === "cldr_territory" };
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
