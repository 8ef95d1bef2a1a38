/**
 * The files of an extraction: what was in the log, the signed plaintext, tables for analysts, a signed manifest (twin of
 * `cencomm.client.bundle`, which also reads them).
 *
 *     manifest.json         what the extraction holds and the SHA-256 of every file below
 *     manifest.signature    the extracting device's certificate chain and its signature over manifest.json
 *     log.bin               every event up to `up_to_seq` as the server stored it (records stay sealed in here)
 *     records.bin           for each record its signed plaintext, or why there is none
 *     revocations.bin       the newest signed revocation lists known to the extracting device
 *     extraction.xlsx       tables; and the same as tables/*.csv with their schema.ini
 *     announcement.bin      what came after, up to the extraction's own announcement in the group; made after the
 *                           manifest, whose hash it carries
 *
 * A bundle made here is a ZIP file. `log.bin`, `records.bin` and `revocations.bin` are MessagePack values one after the
 * other, each behind its length (u32, big endian).
 */

import { compareCodePoints, concat, toHex, uint, utf8 } from "../crypto/bytes.ts";
import type { Chain } from "../crypto/certificates.ts";
import { signWithLabel } from "../crypto/labels.ts";
import type { Secret } from "../crypto/primitives.ts";
import { Writer } from "../crypto/tls.ts";
import type { WrittenFile } from "../export/written_file.ts";
import { pack } from "../wire/encoding.ts";
import { type LogEvent, eventFields } from "../wire/frames.ts";

export const FORMAT = 1;
export const MANIFEST = "manifest.json";
export const SIGNATURE = "manifest.signature";
export const LOG = "log.bin";
export const RECORDS = "records.bin";
export const REVOCATIONS = "revocations.bin";
export const XLSX = "extraction.xlsx";
export const TABLES = "tables";
export const ANNOUNCEMENT = "announcement.bin";
const MANIFEST_LABEL = "CENcommExtraction";
const ANNOUNCEMENT_LABEL = "CENcommExtractionAnnouncement";
export const LENGTH_BYTES = 4;

/** What the extraction says of itself; ids, keys and hashes in hexadecimal digits. */
export interface Manifest {
  readonly format: number;
  readonly cug_id: string;
  readonly deployment_id: string;
  readonly root_public_key: string;
  readonly title: string;
  readonly operation_code: string;
  /** Device id. */
  readonly extracted_by: string;
  /** The server's time of the last event. */
  readonly at_ms: number;
  readonly up_to_seq: number;
  /** H of the event `up_to_seq` (PROTOCOL §3.4). */
  readonly head: string;
  readonly language: string;
  readonly records: number;
  readonly forms: number;
  readonly unopened: number;
  /** By "group_id/epoch": the key_id under which that epoch's records are sealed. */
  readonly key_ids: Readonly<Record<string, string>>;
  readonly files: readonly FileEntry[];
  /** As what the tables are written. */
  readonly formats: readonly string[];
}

/** One file of the bundle. */
export interface FileEntry {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What the manifest says of the files, sorted by name. */
export function describeFiles(files: readonly WrittenFile[]): FileEntry[] {
  const entries = files.map(({ name, blob, sha256 }) => ({ name, bytes: blob.size, sha256: toHex(sha256) }));
  return entries.sort((one, other) => compareCodePoints(one.name, other.name));
}

/** Canonical: sorted keys, no spaces, UTF-8. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return utf8(canonical(manifest));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => compareCodePoints(one, other));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(",")}}`;
}

/** The extracting device's chain and its signature over the manifest's bytes. */
export function signManifest(manifest: Uint8Array, chain: Chain, signatureSeed: Secret): Uint8Array {
  return new Writer().vector(chain.encode()).raw(signWithLabel(signatureSeed, MANIFEST_LABEL, manifest)).bytes();
}

/** A record of the log: its signed plaintext (`crypto/records.ts` SignedRecord), or why there is none. */
export interface RecordEntry {
  readonly seq: number;
  readonly signed: Uint8Array;
  /** Empty, "locked", or the code of the rule that it breaks. */
  readonly reason: string;
}

export function packRecord({ reason, seq, signed }: RecordEntry): Uint8Array {
  return pack([seq, signed, reason]);
}

/** Signed lists, as `crypto/revocation.ts` encodes them. */
export function packRevocations(lists: readonly Uint8Array[]): Uint8Array {
  return pack([lists]);
}

/** One value of a `.bin` file. */
export function behindLength(value: Uint8Array): Uint8Array {
  return concat(uint(value.length, LENGTH_BYTES), value);
}

/**
 * The events after `up_to_seq` up to the announcement, which is the last, and its signed plaintext. The extracting device
 * signs the whole: the manifest cannot name this file.
 */
export function signAnnouncement(events: readonly LogEvent[], signed: Uint8Array, signatureSeed: Secret): Uint8Array {
  const plain = events.map(eventFields);
  return pack([plain, signed, signWithLabel(signatureSeed, ANNOUNCEMENT_LABEL, pack([plain, signed]))]);
}
