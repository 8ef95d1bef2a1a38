/** The columns that a table of records can have: what the server and the sender's certificate say, and every question. Pure. */

import type { FormItem } from "../../app/newest.ts";
import type { Answers, AnswerValue } from "../../engine/api.ts";
import { countryName, date, clockTime } from "../../i18n/format.ts";
import { language, t } from "../../i18n/index.ts";
import { choose, type FormField, type FormNode, type FormTemplate } from "../../templates_forms/model.ts";
import { isMissing, rowsOf } from "../form/answers.ts";
import { amountText, answerText, codeLabel } from "../form/wording.ts";
import { administrationOf, nameOf, type People } from "../people.ts";

/** How a column is sorted and set. */
export type ColumnKind = "text" | "number" | "time" | "code";

export interface Column {
  /** `:at`, or the path of a question: `item.product`. */
  readonly key: string;
  readonly kind: ColumnKind;
  readonly label: string;
  /** The section of the form that it stands in. */
  readonly section: string;
  readonly text: (record: FormItem) => string;
  /** What it is sorted by; null where there is no answer. */
  readonly order: (record: FormItem) => string | number | null;
  /** The codes that a record has there, and what one is called. */
  readonly codes: (record: FormItem) => readonly string[];
  readonly codeText: (code: string) => string;
}

export type Templates = ReadonlyMap<string, FormTemplate>;
export type State = "valid" | "warning" | "invalid" | "unjudged";

const BETWEEN = "; ";

export function stateOf({ findings }: FormItem): State {
  if (findings === null) return "unjudged";
  if (findings.some(({ level }) => level === "error")) return "invalid";
  return findings.some(({ level }) => level === "warn") ? "warning" : "valid";
}

/** Every column that records on these forms can have, questions of the same path together. */
export function columnsOf(templates: Templates, people: People): readonly Column[] {
  const made = new Map<string, Question>();
  for (const [hash, template] of templates) for (const found of questionsOf(template)) add(made, hash, template, found);
  return [...ownColumns(templates, people), ...[...made].map(([key, question]) => columnOf(key, question))];
}

// ---------------------------------------------------------------- what is known of every record

function ownColumns(templates: Templates, people: People): readonly Column[] {
  const section = t("table.entry");
  const own = (key: string, kind: ColumnKind, label: string, text: Column["text"], order: Column["order"] = text): Column => ({ key, kind, label, section, text, order, codes: () => [], codeText: (code) => code });
  const title = (record: FormItem): string => titleOf(templates, record.content.templateHash);
  return [
    own(":at", "time", t("table.stored"), ({ atMs }) => `${date(atMs)} ${clockTime(atMs)}`, ({ atMs }) => atMs),
    own(":country", "text", t("table.from"), ({ officerId }) => countryName(administrationOf(officerId))),
    own(":officer", "text", t("table.officer"), ({ officerId }) => nameOf(people, officerId)),
    own(":form", "text", t("table.form"), title),
    own(":state", "text", t("table.state"), (record) => stateText(stateOf(record))),
    own(":seq", "number", t("table.number"), ({ seq }) => String(seq), ({ seq }) => seq),
  ];
}

export function stateText(state: State): string {
  return t(`table.is_${state}`);
}

export function titleOf(templates: Templates, hash: string): string {
  const template = templates.get(hash);
  return template === undefined ? "" : choose(template.labels, language.value);
}

// ---------------------------------------------------------------- what is asked

interface Found {
  readonly path: readonly string[];
  readonly field: FormField;
  readonly section: string;
}

interface Question {
  readonly field: FormField;
  readonly section: string;
  readonly template: FormTemplate;
  readonly path: readonly string[];
  /** Of each form that asks it, by the form's hash. */
  readonly asked: Map<string, { readonly template: FormTemplate; readonly field: FormField }>;
}

function questionsOf(template: FormTemplate): readonly Found[] {
  const walk = (node: FormNode, path: readonly string[], section: string): readonly Found[] => {
    if (node.kind === "field") return node.type === "derived" ? [] : [{ path, field: node, section }];
    const inside = node.repeat === null ? path : [...path, node.key];
    return node.children.flatMap((child) => walk(child, inside, section));
  };
  return template.groups.flatMap((group) => walk(group, [], choose(group.labels, language.value)));
}

function add(made: Map<string, Question>, hash: string, template: FormTemplate, { path, field, section }: Found): void {
  const key = [...path, field.key].join(".");
  const question = made.get(key) ?? { field, section, template, path, asked: new Map() };
  question.asked.set(hash, { template, field });
  made.set(key, question);
}

function columnOf(key: string, { field, section, template, path, asked }: Question): Column {
  const each = <T>(record: FormItem, make: (value: AnswerValue, level: Answers, template: FormTemplate, field: FormField) => T): readonly T[] => {
    const of = asked.get(record.content.templateHash);
    if (of === undefined) return [];
    return levelsAt(record.content.answers, path).flatMap((level) => {
      const value = level[field.key];
      return value === undefined || isMissing(value) ? [] : [make(value, level, of.template, of.field)];
    });
  };
  const text: Column["text"] = (record) => [...new Set(each(record, (value, level, form, asking) => oneText(form, asking, value, level)))].join(BETWEEN);
  const kind = KINDS[field.type] ?? "text";
  return {
    key,
    kind,
    label: choose(field.labels, language.value),
    section,
    text,
    order: kind === "number" ? (record) => numberOf(each(record, Number)) : kind === "time" ? (record) => each(record, String)[0] ?? null : (record) => text(record) || null,
    codes: kind === "code" ? (record) => each(record, (value) => (Array.isArray(value) ? value.map(String) : [String(value)])).flat() : () => [],
    codeText: (code) => codeLabel(template.codeLists.get(field.codeList), code),
  };
}

const KINDS: Partial<Record<FormField["type"], ColumnKind>> = { int: "number", decimal: "number", date: "time", datetime: "time", code: "code", codes: "code" };

/** An amount has its unit with it: another row may have another. */
function oneText(template: FormTemplate, field: FormField, value: AnswerValue, level: Answers): string {
  if (field.key === "quantity" && !isMissing(level["unit"])) return amountText(template, String(value), String(level["unit"]));
  return answerText(template, field, value);
}

/** The greatest; nothing is added up here, since units differ. */
function numberOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}

/** The answers themselves, or every row of the repeats that the path names. */
function levelsAt(answers: Answers, path: readonly string[]): readonly Answers[] {
  return path.reduce<readonly Answers[]>((levels, repeat) => levels.flatMap((level) => rowsOf(level, repeat)), [answers]);
}
