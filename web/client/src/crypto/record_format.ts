/**
 * The form of a record: header, padding, and what is signed; no keys in here (PROTOCOL §3.2, §3.3).
 *
 *     body   = header || for each part: sealed<V>
 *     header = version, cug_id, group_id, epoch, leaf_index, client_ref, for each part (audience, key_id)
 *
 * `SignedRecord` verifies a record without its key: the server's log, an extraction and `cencomm verify` need no more.
 */

import { concat, equal } from "./bytes.ts";
import { DomainError } from "./errors.ts";
import { Head } from "./head.ts";
import { ID_BYTES } from "./ids.ts";
import { isSigned } from "./labels.ts";
import { Struct } from "./mls/public/struct.ts";
import { HASH_BYTES, SIGNATURE_BYTES, sha256 } from "./primitives.ts";
import { DecodeError, type Reader, Writer, decodeAll } from "./tls.ts";

export const VERSION = 1;
export const RECORD_LABEL = "CENcommRecord";
export const SALT_BYTES = 32;
export const MAX_RECORD_BYTES = 8 * 1024 * 1024;
const PAD_FLOOR = 256;
const MAX_PARTS = 2;

/** A record that breaks a rule; `reason` is a stable word. It is shown as refused, never dropped. */
export class RecordRefused extends DomainError {
  constructor(reason: string) {
    super("records.refused", { reason });
  }
}

export enum Audience {
  /** What observers may read too: nothing nominal. */
  PUBLIC = 1,
  PERSONAL = 2,
}

// ---------------------------------------------------------------- header

export interface PartHeader {
  readonly audience: Audience;
  readonly keyId: Uint8Array;
}

export interface HeaderFields {
  readonly cugId: Uint8Array;
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly leafIndex: number;
  readonly clientRef: Uint8Array;
  /** One or two, in the order of their audiences. */
  readonly parts: readonly PartHeader[];
}

/** The clear part of a record; the server compares it with session and epoch. */
export class RecordHeader extends Struct implements HeaderFields {
  readonly cugId: Uint8Array;
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly leafIndex: number;
  readonly clientRef: Uint8Array;
  readonly parts: readonly PartHeader[];

  constructor(fields: HeaderFields) {
    super();
    this.cugId = fields.cugId;
    this.groupId = fields.groupId;
    this.epoch = fields.epoch;
    this.leafIndex = fields.leafIndex;
    this.clientRef = fields.clientRef;
    this.parts = fields.parts;
  }

  encode(): Uint8Array {
    const writer = new Writer().u16(VERSION).raw(this.cugId).raw(this.groupId).u64(this.epoch);
    writer.u32(this.leafIndex).raw(this.clientRef);
    return writer.vectorOf(this.parts, ({ audience, keyId }) => concat(Uint8Array.of(audience), keyId)).bytes();
  }

  static read(reader: Reader): RecordHeader {
    if (reader.u16() !== VERSION) throw new DecodeError("record_version");
    const header = new RecordHeader({
      cugId: reader.raw(ID_BYTES),
      groupId: reader.raw(ID_BYTES),
      epoch: reader.safeU64(),
      leafIndex: reader.u32(),
      clientRef: reader.raw(ID_BYTES),
      parts: reader.vectorOf(readPartHeader, MAX_PARTS),
    });
    const [first, second] = header.parts;
    const isPair = first?.audience === Audience.PUBLIC && second?.audience === Audience.PERSONAL;
    if (first === undefined || (second !== undefined && !isPair)) throw new DecodeError("record_parts");
    return header;
  }
}

function readAudience(reader: Reader): Audience {
  const audience = reader.u8();
  if (Audience[audience] === undefined) throw new DecodeError("record_audience");
  return audience;
}

function readPartHeader(reader: Reader): PartHeader {
  return { audience: readAudience(reader), keyId: reader.raw(HASH_BYTES) };
}

export interface RecordBody {
  readonly header: RecordHeader;
  readonly headerBytes: Uint8Array;
  /** One for each part of the header. */
  readonly sealed: readonly Uint8Array[];
}

export function readBody(reader: Reader): RecordBody {
  const header = RecordHeader.read(reader);
  const headerBytes = reader.sliceFrom(0);
  return { header, headerBytes, sealed: header.parts.map(() => reader.vector(MAX_RECORD_BYTES)) };
}

/** The header of a whole record; needs no key. Throws DecodeError, also if the rest is not a record's. */
export function readHeader(body: Uint8Array): RecordHeader {
  return decodeAll(body, readBody).header;
}

// ---------------------------------------------------------------- padding

/** 256 bytes, then Padmé (Nikitin et al., PURBs, 2019): at most 12 % more, few possible lengths. */
export function paddedLength(length: number): number {
  if (length <= PAD_FLOOR) return PAD_FLOOR;
  const exponent = 31 - Math.clz32(length);
  const step = 2 ** (exponent - (32 - Math.clz32(exponent)));
  return Math.ceil(length / step) * step;
}

const NONCE_AND_TAG_BYTES = 24 + 16;
const HEADER_BYTES = 2 + ID_BYTES + ID_BYTES + 8 + 4 + ID_BYTES;
const HEAD_BYTES = 8 + HASH_BYTES;

/** How long a record's body is with parts of these lengths, in bytes: known before it is sealed. */
export function sealedLength(contents: readonly number[]): number {
  const statement = 8 + HEAD_BYTES + vectorLength(HASH_BYTES * contents.length) + SIGNATURE_BYTES;
  const plaintext = (content: number, place: number) => SALT_BYTES + vectorLength(content) + 1 + (place === 0 ? statement : 0);
  const part = (content: number, place: number) => vectorLength(NONCE_AND_TAG_BYTES + paddedLength(plaintext(content, place)));
  return contents.map(part).reduce((sum, length) => sum + length, HEADER_BYTES + vectorLength((1 + HASH_BYTES) * contents.length));
}

/** With the length before it (RFC 9420 §2.1.2). */
function vectorLength(length: number): number {
  return length + (length < 1 << 6 ? 1 : length < 1 << 14 ? 2 : 4);
}

export function pad(plaintext: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(plaintext.length));
  padded.set(plaintext);
  return padded;
}

// ---------------------------------------------------------------- what is signed

/** One part as it was signed. Who could not open it has only its hash; salt and content are null then. */
export interface SignedPart {
  readonly audience: Audience;
  readonly hash: Uint8Array;
  readonly opened: OpenedPart | null;
}

export interface OpenedPart {
  readonly salt: Uint8Array;
  readonly content: Uint8Array;
}

export function partHash(audience: Audience, { content, salt }: OpenedPart): Uint8Array {
  return sha256(new Writer().u8(audience).raw(salt).vector(content).bytes());
}

export interface SignedFields {
  readonly header: RecordHeader;
  /** H(GroupContext) of the epoch: no fork or other group can have the same. */
  readonly contextHash: Uint8Array;
  readonly sentAtMs: number;
  readonly seen: Head;
  readonly parts: readonly SignedPart[];
  readonly signature: Uint8Array;
}

/** All that verifies a record without its key: what an extraction keeps of it (PROTOCOL §4.3). */
export class SignedRecord extends Struct implements SignedFields {
  readonly header: RecordHeader;
  readonly contextHash: Uint8Array;
  readonly sentAtMs: number;
  readonly seen: Head;
  readonly parts: readonly SignedPart[];
  readonly signature: Uint8Array;

  constructor(fields: SignedFields) {
    super();
    this.header = fields.header;
    this.contextHash = fields.contextHash;
    this.sentAtMs = fields.sentAtMs;
    this.seen = fields.seen;
    this.parts = fields.parts;
    this.signature = fields.signature;
  }

  tbs(): Uint8Array {
    return recordTbs(this.header.encode(), this, this.parts.map(({ hash }) => hash));
  }

  /** Throws RecordRefused unless this leaf key signed it and every part is the signed one. */
  verify(signatureKey: Uint8Array): void {
    const announced = this.header.parts;
    const matches = announced.length === this.parts.length;
    if (!matches || !this.parts.every(({ audience }, place) => audience === announced[place]!.audience)) {
      throw new RecordRefused("parts");
    }
    for (const { audience, hash, opened } of this.parts) {
      if (opened !== null && !equal(partHash(audience, opened), hash)) throw new RecordRefused("part_hash");
    }
    if (!isSigned(signatureKey, RECORD_LABEL, this.tbs(), this.signature)) throw new RecordRefused("signature");
  }

  encode(): Uint8Array {
    const writer = new Writer().vector(this.header.encode()).raw(this.contextHash).u64(this.sentAtMs);
    return writer.raw(this.seen.encode()).vectorOf(this.parts, encodePart).raw(this.signature).bytes();
  }

  static read(reader: Reader): SignedRecord {
    return new SignedRecord({
      header: RecordHeader.decode(reader.vector()),
      contextHash: reader.raw(HASH_BYTES),
      sentAtMs: reader.safeU64(),
      seen: Head.read(reader),
      parts: reader.vectorOf(readSignedPart, MAX_PARTS),
      signature: reader.raw(SIGNATURE_BYTES),
    });
  }
}

export function recordTbs(
  header: Uint8Array,
  { contextHash, seen, sentAtMs }: Pick<SignedFields, "contextHash" | "sentAtMs" | "seen">,
  partHashes: readonly Uint8Array[],
): Uint8Array {
  const writer = new Writer().raw(header).raw(contextHash).u64(sentAtMs).raw(seen.encode());
  return writer.raw(concat(...partHashes)).bytes();
}

function encodePart({ audience, hash, opened }: SignedPart): Uint8Array {
  const writer = new Writer().u8(audience).raw(hash);
  return writer.optional(opened, ({ content, salt }) => new Writer().raw(salt).vector(content).bytes()).bytes();
}

function readSignedPart(reader: Reader): SignedPart {
  const audience = readAudience(reader);
  const hash = reader.raw(HASH_BYTES);
  const opened = reader.optional((inner) => {
    return { salt: inner.raw(SALT_BYTES), content: inner.vector(MAX_RECORD_BYTES) };
  });
  return { audience, hash, opened };
}
