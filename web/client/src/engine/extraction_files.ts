/**
 * The files of an extraction, written as the log is read; neither network nor profile is needed for it (twin of
 * `cencomm.client.extraction_files`).
 *
 * In memory stands a short row for each record; bytes and plaintext lie in Blobs (`export/written_file.ts`).
 */

import { toHex, utf8 } from "../crypto/bytes.ts";
import type { Chain, Trust } from "../crypto/certificates.ts";
import { type Secret, sha256 } from "../crypto/primitives.ts";
import { SignedRecord } from "../crypto/records.ts";
import { CsvWriter } from "../export/csv.ts";
import type { Wording } from "../export/forms.ts";
import { NAME as SCHEMA_INI, type Section, schemaIni } from "../export/schema_ini.ts";
import { FileReader, FileWriter, type WrittenFile } from "../export/written_file.ts";
import { XlsxWriter } from "../export/xlsx.ts";
import { isRightToLeft } from "../i18n/catalogue.ts";
import { unpack } from "../wire/encoding.ts";
import { type LogEvent, encodeEvent } from "../wire/frames.ts";
import { array, bytes } from "../wire/shape.ts";
import * as bundle from "./bundle.ts";
import type { Origin } from "./extraction_cover.ts";
import { type NamedTable, csvPath, namedTables } from "./extraction_tables.ts";
import { Examination } from "./verify_log.ts";
import type { Examined, RecordRow } from "./verify_rows.ts";

/** What is written here (`cencomm.client.extraction_formats` has more). */
const FORMATS: readonly string[] = ["xlsx", "csv"];

/** The device that extracts, and what it trusts. */
export interface Extractor {
  readonly deviceId: string;
  readonly trust: Trust;
  readonly chain: Chain;
  readonly signatureSeed: Secret;
}

/** Told of every event and row; may end the work by throwing, and lets others have their turn. */
export type Step = () => Promise<void> | void;

/** The log and the records of it, examined while they are written. */
export class LogFiles {
  readonly examination: Examination;
  readonly #log = new FileWriter(bundle.LOG);
  readonly #records = new FileWriter(bundle.RECORDS);
  readonly #places = new Map<number, readonly [start: number, length: number]>();

  constructor(cugId: Uint8Array, extractor: Extractor) {
    this.examination = new Examination(cugId, extractor.trust, extractor.deviceId);
  }

  take(event: LogEvent, entry: bundle.RecordEntry | null): void {
    this.#log.write(bundle.behindLength(encodeEvent(event)));
    if (entry !== null) {
      const value = bundle.packRecord(entry);
      this.#places.set(event.seq, [this.#records.size + bundle.LENGTH_BYTES, value.length]);
      this.#records.write(bundle.behindLength(value));
    }
    this.examination.take(event, entry);
  }

  finish(): FinishedLog {
    const records = this.#records.finish();
    const reader = new FileReader(records.blob);
    return {
      found: this.examination.found,
      head: this.examination.head,
      files: [this.#log.finish(), records],
      read: async (row) => {
        const [start, length] = this.#places.get(row.seq)!;
        return SignedRecord.decode(bytes(array(unpack(await reader.read(start, length)), 3, 3)[1]));
      },
    };
  }
}

export interface FinishedLog {
  readonly found: Examined;
  readonly head: Examination["head"];
  readonly files: readonly WrittenFile[];
  readonly read: (row: RecordRow) => Promise<SignedRecord>;
}

/** Every table as CSV, what programs must know of these, and all of them as one workbook. */
export async function writeTables(log: FinishedLog, origin: Origin, words: Wording, step: Step): Promise<WrittenFile[]> {
  const into = new FileWriter(bundle.XLSX);
  const workbook = new XlsxWriter(into, isRightToLeft(words.language));
  const files: WrittenFile[] = [];
  const sections: Section[] = [];
  for (const named of namedTables(log.found, origin, words, log.read)) {
    const { file, mixed } = await writeTable(named, workbook, step);
    files.push(file);
    sections.push({ file: file.name.slice(`${bundle.TABLES}/`.length), columns: named.table.columns, mixed });
  }
  workbook.finish();
  return [...files, writtenOf(`${bundle.TABLES}/${SCHEMA_INI}`, utf8(schemaIni(sections))), into.finish()];
}

interface WrittenTable {
  readonly file: WrittenFile;
  readonly mixed: ReadonlySet<number>;
}

async function writeTable({ name, table }: NamedTable, workbook: XlsxWriter, step: Step): Promise<WrittenTable> {
  const into = new FileWriter(csvPath(name));
  const csv = new CsvWriter(into, table.columns);
  workbook.sheet(table);
  for await (const row of table.rows) {
    csv.row(row);
    workbook.row(row);
    await step();
  }
  csv.finish();
  return { file: into.finish(), mixed: csv.mixed };
}

export interface SignedManifest {
  readonly manifest: bundle.Manifest;
  readonly encoded: Uint8Array;
  readonly files: readonly WrittenFile[];
}

/** Of which group an extraction is made, by which device, and in which language. */
export interface Commission {
  readonly cugId: Uint8Array;
  readonly extractor: Extractor;
  readonly language: string;
}

/** What the tables name of the manifest, which is made after them: it with none but `proofs` among its files. */
export function originOf(log: FinishedLog, proofs: readonly WrittenFile[], commission: Commission): Origin {
  const begun = manifestOf(log, proofs, commission);
  return { basis: toHex(sha256(bundle.encodeManifest(begun))), extractedBy: begun.extracted_by };
}

/** What the extraction says of itself, and this device's signature over it. */
export function writeManifest(log: FinishedLog, files: readonly WrittenFile[], commission: Commission): SignedManifest {
  const manifest = manifestOf(log, files, commission);
  const { chain, signatureSeed } = commission.extractor;
  const encoded = bundle.encodeManifest(manifest);
  const signature = bundle.signManifest(encoded, chain, signatureSeed);
  return { manifest, encoded, files: [writtenOf(bundle.MANIFEST, encoded), writtenOf(bundle.SIGNATURE, signature)] };
}

function manifestOf({ found, head }: FinishedLog, files: readonly WrittenFile[], { cugId, extractor, language }: Commission): bundle.Manifest {
  return {
    format: bundle.FORMAT,
    cug_id: toHex(cugId),
    deployment_id: toHex(extractor.trust.deploymentId),
    root_public_key: toHex(extractor.trust.rootPublicKey),
    title: found.title,
    operation_code: found.operationCode,
    extracted_by: extractor.chain.deviceId,
    at_ms: found.events.at(-1)?.atMs ?? 0,
    up_to_seq: head.n,
    head: toHex(head.hash),
    language,
    records: found.records.length,
    forms: found.forms,
    unopened: found.unopened.length,
    key_ids: Object.fromEntries(found.keyIds),
    files: bundle.describeFiles(files),
    formats: FORMATS,
  };
}

export function writtenOf(name: string, content: Uint8Array): WrittenFile {
  const into = new FileWriter(name);
  into.write(content);
  return into.finish();
}
