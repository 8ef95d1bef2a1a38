/**
 * What one version of a template changes against another, as a list and in words (twin of `templates_forms.difference`).
 * Pure.
 */

import type { Language } from "../i18n/catalogue.ts";
import { choose, type FormTemplate, type Words } from "./model.ts";

/** `kind` is the sentence that says it (`change.<kind>`), `key` the field, group, code list or rule. */
export interface Change {
  readonly kind: ChangeKind;
  readonly key: string;
  readonly codes: readonly string[];
}

export type ChangeKind =
  | "title" | "label" | "words" | "order" | "tables"
  | "group_added" | "group_removed" | "rows"
  | "field_added" | "field_removed" | "moved" | "type" | "required" | "now_required" | "now_optional" | "relevant"
  | "constraint" | "calculation" | "default" | "nominal" | "cen" | "hint"
  | "codes_added" | "codes_removed" | "codes_changed"
  | "rule_added" | "rule_removed" | "rule_changed";

type Raw = Readonly<Record<string, unknown>>;

/** As many codes are named one by one. */
const MOST_CODES = 6;

interface Parts {
  readonly raw: Raw;
  readonly groups: ReadonlyMap<string, Raw>;
  readonly fields: ReadonlyMap<string, Raw>;
  /** The group that each field and group stands in. */
  readonly places: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, Raw>;
  readonly rules: ReadonlyMap<string, Raw>;
}

/** All that is different, in the order of the form: sections, questions, choices, rules, then what concerns all. */
export function differences(oldDocument: string, newDocument: string): readonly Change[] {
  const [old, fresh] = [partsOf(oldDocument), partsOf(newDocument)];
  const found = [...renamed("title", "", old.raw["labels"], fresh.raw["labels"]), ...groups(old, fresh), ...fieldsOf(old, fresh), ...lists(old, fresh), ...rules(old, fresh)];
  if (differ(order(old, fresh), order(fresh, old))) found.push(change("order"));
  if (differ(tables(old), tables(fresh))) found.push(change("tables"));
  const others = found.filter(({ kind }) => kind !== "words");
  return others.length < found.length ? [...others, change("words")] : others;
}

function change(kind: ChangeKind, key = "", codes: readonly string[] = []): Change {
  return { kind, key, codes };
}

function partsOf(document: string): Parts {
  const raw = JSON.parse(document) as Raw;
  const parts = { raw, groups: new Map<string, Raw>(), fields: new Map<string, Raw>(), places: new Map<string, string>(), lists: byKey(raw["code_lists"]), rules: byKey(raw["rules"]) };
  const walk = (group: Raw): void => {
    parts.groups.set(text(group["key"]), group);
    for (const child of rows(group["children"])) {
      parts.places.set(text(child["key"]), text(group["key"]));
      if (child["kind"] === "field") parts.fields.set(text(child["key"]), child);
      else walk(child);
    }
  };
  rows(raw["groups"]).forEach(walk);
  return parts;
}

function rows(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? (value as Raw[]) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function byKey(value: unknown): Map<string, Raw> {
  return new Map(rows(value).map((one) => [text(one["key"]), one]));
}

/** As JSON with sorted keys: members at their default are left out of a template, so that equal things look alike. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${plain(inner)}`).join()}}`;
}

function differ(one: unknown, other: unknown): boolean {
  return plain(one) !== plain(other);
}

/** A name that is another one, or is only worded differently in some language. */
function renamed(kind: ChangeKind, key: string, old: unknown, fresh: unknown): Change[] {
  if (!differ(old, fresh)) return [];
  return [mainOf(old) === mainOf(fresh) ? change("words") : change(kind, key)];
}

function mainOf(labels: unknown): string {
  const said = (labels ?? {}) as Words;
  return said["en"] ?? said[Object.keys(said).sort()[0] ?? ""] ?? "";
}

function* groups(old: Parts, fresh: Parts): Generator<Change> {
  for (const key of old.groups.keys()) if (!fresh.groups.has(key)) yield change("group_removed", key);
  for (const [key, group] of fresh.groups) {
    const known = old.groups.get(key);
    if (known === undefined) {
      yield change("group_added", key);
      continue;
    }
    yield* renamed("label", key, known["labels"], group["labels"]);
    if (differ(known["relevant"], group["relevant"])) yield change("relevant", key);
    if (differ(known["repeat"], group["repeat"])) yield change("rows", key);
  }
}

function* fieldsOf(old: Parts, fresh: Parts): Generator<Change> {
  for (const key of old.fields.keys()) if (!fresh.fields.has(key)) yield change("field_removed", key);
  for (const [key, field] of fresh.fields) {
    const known = old.fields.get(key);
    if (known === undefined) yield change("field_added", key);
    else {
      yield* fieldChanges(key, known, field);
      if (old.places.get(key) !== fresh.places.get(key)) yield change("moved", key);
    }
  }
}

function* fieldChanges(key: string, old: Raw, fresh: Raw): Generator<Change> {
  yield* renamed("label", key, old["labels"], fresh["labels"]);
  const pairs: readonly (readonly [ChangeKind, readonly string[]])[] = [
    ["type", ["type", "code_list", "unit_field", "reference"]],
    [requiredKind(fresh), ["required"]],
    ["relevant", ["relevant"]],
    ["constraint", ["constraint", "choice_filter", "max_length"]],
    ["calculation", ["calculation"]],
    ["default", ["default"]],
    ["nominal", ["nominal"]],
    ["cen", ["cen"]],
    ["hint", ["hints"]],
    ["words", ["constraint_messages"]],
  ];
  for (const [kind, members] of pairs) {
    if (members.some((member) => differ(old[member], fresh[member]))) yield change(kind, kind === "words" ? "" : key);
  }
}

function requiredKind(fresh: Raw): ChangeKind {
  const required = text(fresh["required"]);
  if (required === "") return "now_optional";
  return required === "true()" ? "now_required" : "required";
}

function* lists(old: Parts, fresh: Parts): Generator<Change> {
  for (const [key, list] of fresh.lists) {
    const known = old.lists.get(key);
    if (known === undefined) continue;
    const [before, after] = [byKey(known["codes"]), byKey(list["codes"])];
    const added = [...after.keys()].filter((code) => !before.has(code));
    const removed = [...before.keys()].filter((code) => !after.has(code));
    if (added.length > 0) yield change("codes_added", key, added);
    if (removed.length > 0) yield change("codes_removed", key, removed);
    if ([...before].some(([code, one]) => after.has(code) && differ(one, after.get(code)))) yield change("codes_changed", key);
  }
}

function* rules(old: Parts, fresh: Parts): Generator<Change> {
  for (const key of old.rules.keys()) if (!fresh.rules.has(key)) yield change("rule_removed", key);
  for (const [key, rule] of fresh.rules) {
    const known = old.rules.get(key);
    if (known === undefined) yield change("rule_added", key);
    else if (["level", "at", "expression", "needs"].some((member) => differ(known[member], rule[member]))) yield change("rule_changed", key);
    else if (differ(known["messages"], rule["messages"])) yield change("words");
  }
}

/** The fields that both have, in the order of the first. */
function order(one: Parts, other: Parts): readonly string[] {
  return [...one.fields.keys()].filter((key) => other.fields.has(key));
}

function tables({ raw }: Parts): unknown {
  return Object.fromEntries([...byKey(raw["tables"])].map(([key, table]) => [key, table["rows"]]));
}

/** What people call the thing that changed, and the codes in words. */
export function changeFacts({ kind, key, codes }: Change, old: FormTemplate, fresh: FormTemplate, language: Language, codeWord: (template: FormTemplate, list: string, code: string) => string): { readonly name: string; readonly codes: string } {
  const named = codes.slice(0, MOST_CODES).map((code) => codeWord(kind === "codes_removed" ? old : fresh, key, code));
  return { name: nameOf(kind, key, old, fresh, language), codes: named.join(", ") + (codes.length > MOST_CODES ? " …" : "") };
}

/** As it is now, or as it was where it is gone. */
function nameOf(kind: ChangeKind, key: string, old: FormTemplate, fresh: FormTemplate, language: Language): string {
  if (key === "") return choose(fresh.labels, language);
  for (const template of [fresh, old]) {
    const labels = kind.startsWith("rule_") ? template.rules.get(key) : kind.startsWith("codes_") ? [...template.fields.values()].find(({ codeList }) => codeList === key)?.labels : labelsOf(template, key);
    if (labels !== undefined) return choose(labels, language);
  }
  return key;
}

function labelsOf(template: FormTemplate, key: string): Words | undefined {
  const pending = [...template.groups];
  for (let group = pending.pop(); group !== undefined; group = pending.pop()) {
    if (group.key === key) return group.labels;
    for (const child of group.children) {
      if (child.kind === "group") pending.push(child);
      else if (child.key === key) return child.labels;
    }
  }
  return undefined;
}
