/**
 * Forms of one template as flat tables: one row for each form, and one table more for each repeat of the template (twin
 * of `cencomm.export.forms`).
 *
 * A code gets two columns, the code itself for programs and its word for people. Whatever an answer holds that has no
 * place in the template, or another type than its field, is written as it is: nothing is left out.
 */

import { compareCodePoints } from "../crypto/bytes.ts";
import type { Language } from "../i18n/catalogue.ts";
import { type FormField, type FormGroup, type FormNode, type FormTemplate, choose } from "../templates_forms/model.ts";
import type { Answer, Answers } from "../wire/content.ts";
import { type Cell, type Column, Day, DecimalText, type Kind, Moment, type Row, type Table, WIDTH } from "./table.ts";

const OTHER = "other_answers";
const KINDS: Readonly<Record<string, Kind>> = { int: "number", decimal: "number", date: "date", datetime: "time" };
const CODED: ReadonlySet<string> = new Set(["code", "codes"]);
/** A whole number from here on is written as text. */
const LONG_INT = 2 ** 39;
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/u;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/u;
const UTC_MOMENT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?:Z|\+00:00)$/u;

/** One form: what is known of the record, in the order of the head columns, and its answers. */
export interface FormRow {
  readonly head: Row;
  readonly answers: Answers;
}

/**
 * Gives the forms anew for each table, so that they need not all lie in memory; where a table shows what follows from the
 * answers (`derived`), with that.
 */
export type Forms = (derived: boolean) => AsyncIterable<FormRow>;

/** The words that tables need besides the template's own. */
export interface Wording {
  readonly language: Language;
  /** By its key: `column.officer` the title of a column, `sheet.chat` the name of a sheet. */
  readonly said: (key: string, facts?: Readonly<Record<string, string | number>>) => string;
  /** The name of a country or territory, or its code. */
  readonly territory: (code: string) => string;
}

/** Columns that the catalogue names: key, kind and width. */
export type ColumnPlan = readonly (readonly [key: string, kind?: Kind, width?: number])[];

export function titled(plan: ColumnPlan, words: Wording): Column[] {
  return plan.map(([key, kind = "text", width = WIDTH]) => ({ key, title: words.said(`column.${key}`), kind, width }));
}

/** The table of the forms, then one for each repeat, whose rows carry the first column of the head. */
export function formTables(template: FormTemplate, head: readonly Column[], forms: Forms, words: Wording): Table[] {
  const fields = template.groups.flatMap(flatFields);
  const columns = [...head, ...columnsOf(fields, words), otherColumn(words)];
  const chains = repeats(template.groups);
  const placed = new Set([...fields.map((field) => field.key), ...chains.map((chain) => chain[0]!.key)]);
  const rows = mapped(forms(showsDerived(fields)), (form) => [[...form.head, ...cells(template, fields, form.answers, words), others(form.answers, placed)]]);
  const main = { name: choose(template.labels, words.language), columns, rows };
  return [main, ...chains.map((chain) => repeatTable(template, chain, head.slice(0, 1), forms, words))];
}

function otherColumn(words: Wording): Column {
  return titled([[OTHER, "text", 24]], words)[0]!;
}

function others(answers: Answers, placed: ReadonlySet<string>): Cell {
  const other = Object.entries(answers).filter(([key]) => !placed.has(key));
  return other.length === 0 ? null : asJson(Object.fromEntries(other));
}

async function* mapped(forms: AsyncIterable<FormRow>, rowsOf: (form: FormRow) => Iterable<Row>): AsyncGenerator<Row> {
  for await (const form of forms) yield* rowsOf(form);
}

function showsDerived(fields: readonly FormField[]): boolean {
  return fields.some(({ type }) => type === "derived");
}

function repeatTable(template: FormTemplate, chain: readonly FormGroup[], head: readonly Column[], forms: Forms, words: Wording): Table {
  const inner = chain.at(-1)!;
  const fields = inner.children.flatMap(ownFields);
  const numbers = chain.map((group): Column => ({ key: `${group.key}.row`, title: `${choose(group.labels, words.language)} #`, kind: "number", width: 8 }));
  const columns = [...head, ...numbers, ...columnsOf(fields, words), otherColumn(words)];
  const known = new Set([...fields.map((field) => field.key), ...repeats(inner.children).map((below) => below.at(-1)!.key)]);
  const rows = mapped(forms(showsDerived(fields)), function* (form) {
    for (const { places, row } of occurrences(form.answers, chain)) {
      yield [...form.head.slice(0, head.length), ...places, ...cells(template, fields, row, words), others(row, known)];
    }
  });
  return { name: choose(inner.labels, words.language), columns, rows };
}

interface Occurrence {
  /** The row numbers on the way to it, from 1. */
  readonly places: readonly number[];
  readonly row: Answers;
}

/** Each row of the innermost repeat. */
function* occurrences(answers: Answers, chain: readonly FormGroup[]): Generator<Occurrence> {
  const [group, ...below] = chain;
  const value = own(answers, group!.key);
  const rows: readonly Answer[] = Array.isArray(value) ? (value as readonly Answer[]) : value === undefined ? [] : [value];
  for (const [at, row] of rows.entries()) {
    const plain: Answers = typeof row === "object" && !Array.isArray(row) ? (row as Answers) : { "": row };
    if (below.length === 0) yield { places: [at + 1], row: plain };
    else for (const inner of occurrences(plain, below)) yield { places: [at + 1, ...inner.places], row: inner.row };
  }
}

/** Each repeat with the repeats around it, outermost first. */
function repeats(nodes: readonly FormNode[]): FormGroup[][] {
  return nodes.flatMap((node) => {
    if (node.kind === "field") return [];
    const here = node.repeat === null ? [] : [node];
    return [...(here.length === 0 ? [] : [here]), ...repeats(node.children).map((chain) => [...here, ...chain])];
  });
}

function ownFields(node: FormNode): readonly FormField[] {
  return node.kind === "field" ? [node] : flatFields(node);
}

/** The fields whose answers lie beside the group's: those of repeats lie in rows of their own. */
function flatFields(group: FormGroup): readonly FormField[] {
  return group.repeat === null ? group.children.flatMap(ownFields) : [];
}

function columnsOf(fields: readonly FormField[], words: Wording): Column[] {
  return fields.flatMap(({ key, type, labels, codeList }): Column[] => {
    const title = choose(labels, words.language);
    if (!CODED.has(type)) return [{ key, title, kind: KINDS[type] ?? "text", width: WIDTH }];
    return [
      { key, title: `${title} [${codeList}]`, kind: "text", width: WIDTH },
      { key: `${key}.word`, title, kind: "text", width: 28 },
    ];
  });
}

function cells(template: FormTemplate, fields: readonly FormField[], answers: Answers, words: Wording): Cell[] {
  return fields.flatMap((field) => {
    const value = own(answers, field.key);
    return CODED.has(field.type) ? [cellOf(field, value), codeWords(template, field, value, words)] : [cellOf(field, value)];
  });
}

function own(answers: Answers, key: string): Answer | undefined {
  return Object.hasOwn(answers, key) ? answers[key] : undefined;
}

/** The answer as a typed cell; as text where it is not what the field says. */
export function cellOf(field: Pick<FormField, "type">, value: Answer | undefined): Cell {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Math.abs(value) < LONG_INT ? value : String(value);
  if (typeof value === "string") return typed(field.type, value);
  if (field.type === "codes" && Array.isArray(value) && value.every((code) => typeof code === "string")) return value.join(" ");
  return asJson(value);
}

/** Only if the typed value says exactly what the text says; the forms are the same in every client. */
function typed(type: string, text: string): Cell {
  if (type === "decimal" && DECIMAL.test(text)) return new DecimalText(text);
  if (type === "date" && DATE.test(text) && isDay(text)) return new Day(text);
  if (type === "datetime" && UTC_MOMENT.test(text) && isDay(text.slice(0, 10))) return new Moment(momentOf(text));
  return text;
}

/** A day that there is, from the year 1 on. */
function isDay(text: string): boolean {
  const atMs = Date.parse(`${text}T00:00Z`);
  return text >= "0001" && !Number.isNaN(atMs) && new Date(atMs).toISOString().slice(0, 10) === text;
}

function momentOf(text: string): number {
  return Date.parse(text.replace("+00:00", "Z"));
}

function codeWords(template: FormTemplate, field: FormField, value: Answer | undefined, words: Wording): Cell {
  if (typeof value === "string") return codeWord(template, field.codeList, value, words);
  if (!Array.isArray(value)) return null;
  const codes = (value as readonly Answer[]).filter((code) => typeof code === "string");
  return codes.map((code) => codeWord(template, field.codeList, code, words)).join("; ");
}

/** The code itself where the list has no such. */
export function codeWord(template: FormTemplate, list: string, key: string, words: Wording): string {
  const labels = template.codeLists.get(list)?.codes.get(key);
  if (labels === undefined) return key;
  return Object.keys(labels).length > 0 ? choose(labels, words.language) : words.territory(key);
}

/** For programs: sorted keys, every character as it is, spaced as Python's `json` has it. */
export function asJson(value: Answer): string {
  if (Array.isArray(value)) return `[${(value as readonly Answer[]).map(asJson).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value as Answers).sort(([one], [other]) => compareCodePoints(one, other));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}: ${asJson(inner)}`).join(", ")}}`;
}
