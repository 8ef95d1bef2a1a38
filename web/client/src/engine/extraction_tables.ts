/**
 * The tables of an extraction, made from what the examination of the log found (twin of
 * `cencomm.client.extraction_tables`; `cencomm verify` makes them again and compares).
 */

import { toHex } from "../crypto/bytes.ts";
import { officerOf } from "../crypto/ids.ts";
import type { SignedRecord } from "../crypto/records.ts";
import { dictionaryTables } from "../export/dictionary.ts";
import { type ColumnPlan, type FormRow, type Wording, asJson, codeWord, formTables, titled } from "../export/forms.ts";
import { type Cell, Moment, type Row, type Table } from "../export/table.ts";
import type { Chat } from "../wire/content.ts";
import { TABLES } from "./bundle.ts";
import { hasDerived, withDerived } from "./derived.ts";
import { type Origin, coverTable } from "./extraction_cover.ts";
import { safeName } from "./file_names.ts";
import { administrationOf } from "./ids.ts";
import { type EventRow, type Examined, type FormFacts, type PublishedTemplate, type RecordRow, answersOf, chatOf, formParts } from "./verify_rows.ts";

/** Gives the signed plaintext of a record; rows are asked in the order of the log. */
export type ReadSigned = (row: RecordRow) => Promise<SignedRecord>;

/** The last millisecond that a calendar of four digits can name. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const NOT_IN_FILE_NAMES = /[^A-Za-z0-9_-]+/gu;

const HEAD: ColumnPlan = [
  ["seq", "number", 8],
  ["officer"],
  ["name"],
  ["administration", "text", 8],
  ["device", "text", 24],
  ["server_time", "time"],
  ["sent_at", "time"],
  ["epoch", "number", 8],
  ["standing"],
  ["client_ref"],
];
const FORM_HEAD: ColumnPlan = [
  ...HEAD,
  ["template"],
  ["version", "text", 8],
  ["valid", "text", 8],
  ["findings", "text", 30],
  ["record_id"],
  ["replaces"],
  ["superseded_by", "number", 8],
];
const UNKNOWN: ColumnPlan = [...FORM_HEAD, ["answers", "text", 60]];
const CHAT: ColumnPlan = [...HEAD, ["language", "text", 8], ["text", "text", 60], ["reply_to"], ["attachments", "text", 40]];
const EVENTS: ColumnPlan = [
  ["seq", "number", 8],
  ["server_time", "time"],
  ["kind"],
  ["device", "text", 24],
  ["epoch", "number", 8],
  ["standing"],
  ["says", "text", 40],
  ["event_hash", "text", 64],
];

export interface NamedTable {
  /** Of its CSV file, without ending. */
  readonly name: string;
  readonly table: Table;
}

interface FormRecord extends RecordRow {
  readonly form: FormFacts;
}

/** Cover, forms template by template, chat, every event, then the data dictionary. */
export function namedTables(found: Examined, origin: Origin, words: Wording, read: ReadSigned): NamedTable[] {
  const forms = found.records.filter(isForm);
  const superseded = supersededBy(forms);
  const tables = [...found.templates].flatMap(([hash, published]) => {
    const { form: template } = published;
    const rows = forms.filter((row) => row.form.templateHash === hash);
    const each = (derived: boolean): AsyncIterable<FormRow> => {
      const made = withAnswers(rows, read, (row) => formHead(row, String(template.version), template.id, superseded));
      return derived && hasDerived(template) ? withWorkedOut(made, rows, published, words) : made;
    };
    const stem = `${template.id}-${template.version}-${hash.slice(0, 8)}`;
    const made = formTables(template, titled(FORM_HEAD, words), each, words);
    return made.map((table, number) => ({ name: number === 0 ? stem : `${stem}-${number}`, table }));
  });
  const unknown = forms.filter((row) => !found.templates.has(row.form.templateHash));
  if (unknown.length > 0) tables.push({ name: "unknown-template", table: unknownTable(unknown, words, read, superseded) });
  const [fields, codes] = dictionaryTables(
    [...found.templates.values()].map(({ form }) => form),
    words,
  );
  return [
    { name: "cover", table: coverTable(found, origin, words, read) },
    ...tables,
    { name: "chat", table: { name: words.said("sheet.chat"), columns: titled(CHAT, words), rows: chatRows(found.records, read) } },
    { name: "events", table: { name: words.said("sheet.events"), columns: titled(EVENTS, words), rows: eventRows(found.events) } },
    { name: "dictionary", table: fields },
    { name: "codes", table: codes },
  ];
}

function isForm(row: RecordRow): row is FormRecord {
  return row.form !== null;
}

/** The place of a table's CSV file in the bundle. */
export function csvPath(name: string): string {
  return `${TABLES}/${name.replace(NOT_IN_FILE_NAMES, "_")}.csv`;
}

/** Which later form of the same officer replaces a record, by officer and client_ref of the replaced one. */
function supersededBy(forms: readonly FormRecord[]): ReadonlyMap<string, number> {
  const replacing = forms.filter((row) => row.form.replaces !== "");
  return new Map(replacing.map((row) => [`${officerOf(row.device)} ${row.form.replaces}`, row.seq]));
}

async function* withAnswers(rows: readonly FormRecord[], read: ReadSigned, head: (row: FormRecord) => Row): AsyncGenerator<FormRow> {
  for (const row of rows) yield { head: head(row), answers: answersOf(formParts(await read(row))) };
}

/** With what follows from the answers, as of the server's time of each record. */
async function* withWorkedOut(forms: AsyncIterable<FormRow>, rows: readonly FormRecord[], { form, rules }: PublishedTemplate, words: Wording): AsyncGenerator<FormRow> {
  const word = (list: string, code: string): string => (form.codeLists.get(list)?.codes.has(code) === true ? codeWord(form, list, code, words) : "");
  let at = 0;
  for await (const { head, answers } of forms) yield { head, answers: withDerived(rules.plan, answers, rows[at++]!.atMs, word) };
}

function headOf(row: RecordRow): Cell[] {
  const officer = officerOf(row.device);
  const times = [timeOf(row.atMs), timeOf(row.sentAtMs)];
  return [row.seq, officer, row.name, administrationOf(officer), row.device, ...times, row.epoch, row.standing, row.clientRef];
}

function formHead(row: FormRecord, version: string, template: string, superseded: ReadonlyMap<string, number>): Cell[] {
  const { findings, recordId, replaces } = row.form;
  return [
    ...headOf(row),
    template,
    version,
    !findings.some(({ level }) => level === "error"),
    findings.map(({ level, path, rule }) => [level, rule, ...(path === "" ? [] : [path])].join(" ")).join("; "),
    recordId,
    replaces === "" ? null : replaces,
    superseded.get(`${officerOf(row.device)} ${row.clientRef}`) ?? null,
  ];
}

/** Forms on a template that was never published: nothing is left out. */
function unknownTable(rows: readonly FormRecord[], words: Wording, read: ReadSigned, superseded: ReadonlyMap<string, number>): Table {
  const each = async function* (): AsyncGenerator<Row> {
    const head = (row: FormRecord) => formHead(row, row.form.version, row.form.templateId, superseded);
    for await (const { head: cells, answers } of withAnswers(rows, read, head)) yield [...cells, asJson(answers)];
  };
  return { name: words.said("sheet.unknown_template"), columns: titled(UNKNOWN, words), rows: each() };
}

async function* chatRows(rows: readonly RecordRow[], read: ReadSigned): AsyncGenerator<Row> {
  for (const row of rows) {
    const chat = row.kind === "chat" ? chatOf(await read(row)) : null;
    if (chat === null) continue;
    yield [...headOf(row), chat.lang, chat.text, chat.replyTo === null ? null : toHex(chat.replyTo), attachmentsOf(chat)];
  }
}

/** Each file by name, size and the hash that names its ciphertext; the key stands in the record itself. */
function attachmentsOf(chat: Chat): string | null {
  const named = (chat.files ?? []).map(({ hash, name, size }) => `${safeName(name)} (${size}, ${toHex(hash)})`);
  return named.length === 0 ? null : named.join("; ");
}

function* eventRows(rows: readonly EventRow[]): Generator<Row> {
  for (const { atMs, device, epoch, eventHash, kind, says, seq, standing } of rows) {
    yield [seq, timeOf(atMs), kind, device, epoch, standing, says, toHex(eventHash)];
  }
}

/** A sender may claim any time: what no calendar has stays a number, as text. */
function timeOf(atMs: number): Cell {
  if (atMs === 0) return null;
  return atMs <= LAST_MS ? new Moment(atMs) : String(atMs);
}
