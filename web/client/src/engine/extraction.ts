/**
 * Extraction: every record of a CUG in the clear, for analysis, with what proves it (PROTOCOL §4.3; twin of
 * `cencomm.client.extraction`).
 *
 *     1. read the whole log again from the server and open every record (archive seals give keys that this device lacks)
 *     2. examine it as a stranger would (`verify_log.ts`), and write log, plaintext and tables
 *     3. sign the manifest, and announce its hash in the group: everybody sees who extracted and how much
 *     4. only when the announcement came back is the archive handed out
 *
 * A failure at any step hands out nothing. An announcement that did not reach the server is taken back.
 */

import { toHex } from "../crypto/bytes.ts";
import { forgetSigningKeys, sha256 } from "../crypto/primitives.ts";
import { FileWriter, type WrittenFile, piecesOf } from "../export/written_file.ts";
import { ZipWriter } from "../export/zip.ts";
import type { Language } from "../i18n/catalogue.ts";
import type { Profile } from "../store/profile.ts";
import { encodeContent } from "../wire/content.ts";
import { EventKind, type LogEvent } from "../wire/frames.ts";
import type { Extracted, ExtractionProgress } from "./api.ts";
import * as bundle from "./bundle.ts";
import type { CugEngine } from "./engine.ts";
import { ExtractionCancelled, SendRefused, ServerMisbehaved, ServerUnreachable } from "./errors.ts";
import { LogFiles, type SignedManifest, type Step, originOf, writeManifest, writeTables, writtenOf } from "./extraction_files.ts";
import { loadWords } from "./extraction_words.ts";
import { openArchive } from "./history.ts";
import type { Api } from "./http.ts";
import { openEnvelope } from "./identity.ts";
import { type LogEntry, readLog } from "./log.ts";
import { ITEM, itemKey, tables, unpackRow } from "./model.ts";
import type { OpenSocket } from "./session.ts";
import { LOCKED } from "./verify_log.ts";

const CATCH_UP_SECONDS = 15;
const ANNOUNCE_SECONDS = 60;
/** Steps between two words on how far it is, and between two pauses for everything else that this worker does. */
const STEPS_AT_ONCE = 50;
const NOT_IN_FILE_NAMES = /[^A-Za-z0-9_-]+/gu;

export interface ExtractionWork {
  readonly engine: CugEngine;
  readonly api: Api;
  readonly profile: Profile;
  readonly openSocket: OpenSocket;
  readonly password: string;
  readonly language: Language;
  readonly signal: AbortSignal;
  /** Puts a record into the outbox; gives its client_ref. */
  readonly queue: (parts: { readonly personal: Uint8Array }) => Promise<Uint8Array>;
  readonly report: (progress: ExtractionProgress) => void;
}

/** Whoever calls has seen to it that this officer may extract. Throws ExtractionCancelled, WrongPassword, ServerMisbehaved, ServerUnreachable. */
export async function extract(work: ExtractionWork): Promise<Extracted> {
  const { engine, language, signal } = work;
  await engine.catchUp(CATCH_UP_SECONDS);
  const upToSeq = engine.memory.row.headN;
  await unlockArchive(work);
  const revocations = (await work.api.revocations()).map((said) => said.data);

  const log = await collect(work, upToSeq);
  const finished = log.finish();
  const rows = finished.found.records.length + finished.found.events.length;
  const words = await loadWords(language);
  const commission = { cugId: engine.cugId, extractor: engine.memory.device, language };
  const lists = writtenOf(bundle.REVOCATIONS, bundle.behindLength(bundle.packRevocations(revocations)));
  const proofs = [...finished.files, lists];
  const step = stepper(signal, (done) => work.report({ step: "writing", done: Math.min(done, rows), total: rows }));
  const files = [...proofs, ...(await writeTables(finished, originOf(finished, proofs, commission), words, step))];
  const made = writeManifest(finished, files, commission);

  const archive = new Archive(stepper(signal, () => undefined));
  for (const file of [...made.files, ...files]) await archive.add(file);
  work.report({ step: "announcing", done: 0, total: 0 });
  const manifestHash = sha256(made.encoded);
  const announcedSeq = await announce(work, manifestHash, made.manifest.records, upToSeq);
  await archive.add(writtenOf(bundle.ANNOUNCEMENT, await announcement(work, finished.head, announcedSeq)), true);
  const zip = archive.finish(fileName(made));
  return {
    fileName: zip.name,
    blob: zip.blob,
    sha256: toHex(zip.sha256),
    records: made.manifest.records,
    forms: made.manifest.forms,
    unopened: finished.found.unopened,
    failures: finished.found.failures.length,
    upToSeq,
    announcedSeq,
    manifestHash: toHex(manifestHash),
    rootPublicKey: made.manifest.root_public_key,
    files: made.manifest.files,
  };
}

/** Content keys of epochs that this device does not have. */
async function unlockArchive({ api, engine, password, profile, signal }: ExtractionWork): Promise<void> {
  const envelope = await openEnvelope(api, profile, password);
  try {
    requireWanted(signal);
    await openArchive(engine, envelope.archiveKeys);
  } finally {
    envelope.identitySeed.fill(0);
    for (const { privateKey } of envelope.archiveKeys) privateKey.fill(0);
    forgetSigningKeys();
  }
}

function requireWanted(signal: AbortSignal): void {
  if (signal.aborted) throw new ExtractionCancelled();
}

/** Counts; every few steps tells how far it is and lets others have their turn. */
function stepper(signal: AbortSignal, report: (done: number) => void): Step {
  let done = 0;
  return () => {
    requireWanted(signal);
    if (++done % STEPS_AT_ONCE !== 0) return;
    report(done);
    return new Promise((next) => setTimeout(next, 0));
  };
}

// ---------------------------------------------------------------- the log

/** The log as the server hands it out now, each record opened and examined. */
async function collect(work: ExtractionWork, upToSeq: number): Promise<LogFiles> {
  const { engine, signal } = work;
  const files = new LogFiles(engine.cugId, engine.memory.device);
  const step = stepper(signal, (done) => work.report({ step: "reading", done, total: upToSeq }));
  for await (const entry of readLog(work, files.examination.head, upToSeq)) {
    files.take(entry.event, entry.event.kind === EventKind.RECORD ? recordEntry(entry) : null);
    await step();
  }
  return files;
}

function recordEntry({ event: { seq }, item, record }: LogEntry): bundle.RecordEntry {
  if (record !== null) return { seq, signed: record.signed.encode(), reason: "" };
  const isLocked = item === null || item.kind === "locked" || item.reason === "";
  return { seq, signed: new Uint8Array(), reason: isLocked ? LOCKED : item.reason };
}

// ---------------------------------------------------------------- the announcement

/** Tells the group; gives the `seq` of the announcement once it came back. */
async function announce({ engine, queue, signal }: ExtractionWork, manifestHash: Uint8Array, count: number, upToSeq: number): Promise<number> {
  requireWanted(signal);
  if (engine.caughtUpSeq < 0) throw new ServerUnreachable();
  const content = encodeContent({ t: "extraction", manifestHash, count, upToSeq, scope: "all" });
  const clientRef = await queue({ personal: content });
  const { outbox } = engine.memory;
  try {
    await engine.waitFor(() => outbox.row(clientRef)?.failed !== "", ANNOUNCE_SECONDS);
    const reason = outbox.row(clientRef)?.failed;
    if (reason !== undefined) throw new SendRefused({ reason, count: 1 });
  } finally {
    await takeBack(engine, clientRef);
  }
  const tx = await engine.reading();
  const data = await tx.get(tables.items(engine.cugId), itemKey(engine.memory.device.deviceId, clientRef));
  if (data === null) throw new ServerMisbehaved({ reason: "announcement_absent" });
  return unpackRow(ITEM, data).seq;
}

/** What has not reached the server is not announced later, when nobody has the extraction. */
async function takeBack(engine: CugEngine, clientRef: Uint8Array): Promise<void> {
  const { outbox } = engine.memory;
  if (outbox.row(clientRef)?.storedSeq !== 0) return;
  await engine.changing((tx) => outbox.cameBack(tx, clientRef));
}

async function announcement(work: ExtractionWork, from: LogFiles["examination"]["head"], announcedSeq: number): Promise<Uint8Array> {
  const events: LogEvent[] = [];
  let signed: Uint8Array | null = null;
  for await (const { event, record } of readLog(work, from, announcedSeq)) {
    events.push(event);
    if (event.seq === announcedSeq && record !== null) signed = record.signed.encode();
  }
  if (signed === null) throw new ServerMisbehaved({ reason: "announcement_absent" });
  return bundle.signAnnouncement(events, signed, work.engine.memory.device.signatureSeed);
}

// ---------------------------------------------------------------- the archive

class Archive {
  readonly #into = new FileWriter("");
  readonly #zip = new ZipWriter(this.#into);
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  /** `last`: too late for second thoughts. */
  async add({ blob, name }: WrittenFile, last = false): Promise<void> {
    this.#zip.begin(name);
    for await (const piece of piecesOf(blob)) {
      this.#zip.write(piece);
      if (!last) await this.#step();
    }
  }

  finish(name: string): WrittenFile {
    this.#zip.finish();
    return { ...this.#into.finish(), name };
  }
}

/** `TM26-extraction-1234.zip`: what was extracted, and up to where. */
function fileName({ manifest }: SignedManifest): string {
  const name = (manifest.operation_code || manifest.cug_id.slice(0, 8)).replace(NOT_IN_FILE_NAMES, "-").replace(/^-+|-+$/gu, "");
  return `${name || manifest.cug_id.slice(0, 8)}-extraction-${manifest.up_to_seq}.zip`;
}

