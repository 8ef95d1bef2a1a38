/**
 * The files of an extraction, written as the log is read; neither network nor profile is needed for it (twin of
 * `cencomm.client.extraction_files`).
 *
 * In memory stands a short row for each record; bytes and plaintext lie in Blobs (`export/written_file.ts`).
 */

import { toHex } from "../crypto/bytes.ts";
import type { Chain, Trust } from "../crypto/certificates.ts";
import type { Secret } from "../crypto/primitives.ts";
import { SignedRecord } from "../crypto/records.ts";
import { CsvWriter } from "../export/csv.ts";
import { FileReader, FileWriter, type WrittenFile } from "../export/written_file.ts";
import { XlsxWriter } from "../export/xlsx.ts";
import { isRightToLeft } from "../i18n/catalogue.ts";
import { unpack } from "../wire/encoding.ts";
import { type LogEvent, encodeEvent } from "../wire/frames.ts";
import { array, bytes } from "../wire/shape.ts";
import * as bundle from "./bundle.ts";
import { type NamedTable, csvPath, namedTables } from "./extraction_tables.ts";
import type { ExtractionWords } from "./extraction_words.ts";
import { Examination } from "./verify_log.ts";
import type { Examined, RecordRow } from "./verify_rows.ts";

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

/** Every table as CSV, and all of them as one workbook. */
export async function writeTables(log: FinishedLog, words: ExtractionWords, step: Step): Promise<WrittenFile[]> {
  const into = new FileWriter(bundle.XLSX);
  const workbook = new XlsxWriter(into, isRightToLeft(words.language));
  const files: WrittenFile[] = [];
  for (const named of namedTables(log.found, words, log.read)) files.push(await writeTable(named, workbook, step));
  workbook.finish();
  return [...files, into.finish()];
}

async function writeTable({ name, table }: NamedTable, workbook: XlsxWriter, step: Step): Promise<WrittenFile> {
  const into = new FileWriter(csvPath(name));
  const csv = new CsvWriter(into, table.columns);
  workbook.sheet(table.name, table.columns);
  for await (const row of table.rows) {
    csv.row(row);
    workbook.row(row);
    await step();
  }
  csv.finish();
  return into.finish();
}

export interface SignedManifest {
  readonly manifest: bundle.Manifest;
  readonly encoded: Uint8Array;
  readonly files: readonly WrittenFile[];
}

/** What the extraction says of itself, and this device's signature over it. */
export function writeManifest(
  log: FinishedLog,
  files: readonly WrittenFile[],
  { cugId, extractor, language }: { readonly cugId: Uint8Array; readonly extractor: Extractor; readonly language: string },
): SignedManifest {
  const { found, head } = log;
  const manifest: bundle.Manifest = {
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
  };
  const encoded = bundle.encodeManifest(manifest);
  const signature = bundle.signManifest(encoded, extractor.chain, extractor.signatureSeed);
  return { manifest, encoded, files: [writtenOf(bundle.MANIFEST, encoded), writtenOf(bundle.SIGNATURE, signature)] };
}

export function writtenOf(name: string, content: Uint8Array): WrittenFile {
  const into = new FileWriter(name);
  into.write(content);
  return into.finish();
}
