/**
 * Records: what members write to each other, signed and sealed in one or two parts (PROTOCOL §3).
 *
 *     body   = header || for each part: sealed<V>
 *     header = version, cug_id, group_id, epoch, leaf_index, client_ref, for each part (audience, key_id)
 *     sealed = nonce || XChaCha20-Poly1305(key of the part, nonce, associated data = header, padded part)
 *     part   = salt || content<V> || optional statement
 *     statement = sent_at || seen || H(audience || salt || content) of every part || signature
 *
 * The statement with the signature stands in the part that every reader can open: the public one where there is one. It
 * names both parts by salted hashes, so that who reads only the public part verifies it and cannot guess the other.
 */

import type { ContentKey, Exporter } from "./archive.ts";
import { concat, toHex, utf8 } from "./bytes.ts";
import { DomainError } from "./errors.ts";
import { Head } from "./head.ts";
import { signWithLabel } from "./labels.ts";
import {
  HASH_BYTES,
  KEY_BYTES,
  OpenFailed,
  type Random,
  SIGNATURE_BYTES,
  Secret,
  XCHACHA_NONCE_BYTES,
  constantTimeEqual,
  hkdfExpand,
  randomBytes,
  xchachaOpen,
  xchachaSeal,
} from "./primitives.ts";
import {
  Audience,
  MAX_RECORD_BYTES,
  type OpenedPart,
  type PartHeader,
  RECORD_LABEL,
  RecordHeader,
  RecordRefused,
  SALT_BYTES,
  SignedRecord,
  pad,
  paddedLength,
  partHash,
  readBody,
  recordTbs,
} from "./record_format.ts";
import { DecodeError, Reader, Writer, decodeAll } from "./tls.ts";

export {
  Audience,
  RecordHeader,
  RecordRefused,
  SignedRecord,
  paddedLength,
  partHash,
  readHeader,
} from "./record_format.ts";

const CONTENT_LABEL = "CENcomm content v1";
const MAX_PARTS = 2;

/** None of the keys that the reader has belongs to a part with the signature: not refused, not yet readable. */
export class KeyMissing extends DomainError {
  constructor(epoch: number) {
    super("records.key_missing", { epoch });
  }
}

// ---------------------------------------------------------------- keys

/** K_e of the epoch whose exporter is given, 32 bytes. */
export function contentKey(exporter: Exporter, groupId: Uint8Array): ContentKey {
  return new Secret<"content">(exporter(CONTENT_LABEL, groupId, KEY_BYTES));
}

/** Commits to a content key, 32 bytes: XChaCha20-Poly1305 does not. */
export function keyId(key: ContentKey): Uint8Array {
  return hkdfExpand(key, utf8("CENcomm key id"), HASH_BYTES);
}

/** Content keys by the hexadecimal of their key_id. */
export type KeyRing = ReadonlyMap<string, ContentKey>;

/** The keys as `openRecord` wants them. */
export function keyRing(...keys: readonly ContentKey[]): KeyRing {
  return new Map(keys.map((key) => [toHex(keyId(key)), key]));
}

// ---------------------------------------------------------------- sealing

interface Statement {
  readonly sentAtMs: number;
  readonly seen: Head;
  readonly partHashes: readonly Uint8Array[];
  readonly signature: Uint8Array;
}

function encodeStatement({ partHashes, seen, sentAtMs, signature }: Statement): Uint8Array {
  const writer = new Writer().u64(sentAtMs).raw(seen.encode()).vector(concat(...partHashes));
  return writer.raw(signature).bytes();
}

function readStatement(reader: Reader): Statement {
  return {
    sentAtMs: reader.safeU64(),
    seen: Head.read(reader),
    partHashes: reader.vectorOf((inner) => inner.raw(HASH_BYTES), MAX_PARTS),
    signature: reader.raw(SIGNATURE_BYTES),
  };
}

/** What a record says, and in which epoch of which group. */
export interface NewRecord {
  readonly cugId: Uint8Array;
  readonly groupId: Uint8Array;
  readonly epoch: number;
  readonly contextHash: Uint8Array;
  readonly leafIndex: number;
  readonly clientRef: Uint8Array;
  /** `wire/content.ts` encoded; at least one of the two. */
  readonly public: Uint8Array | null;
  readonly personal: Uint8Array | null;
  readonly sentAtMs: number;
  readonly seen: Head;
}

export interface RecordKeys {
  /** K_e of the group. */
  readonly contentKey: ContentKey;
  /** The key of the public part where observers have a group of their own; else `contentKey`. */
  readonly publicKey?: ContentKey;
  readonly signatureSeed: Secret;
}

/** The body of a record of this epoch, signed by the leaf. Throws RecordRefused for one that says nothing. */
export function sealRecord(record: NewRecord, keys: RecordKeys, random: Random = randomBytes): Uint8Array {
  const asked = [
    { audience: Audience.PUBLIC, content: record.public, key: keys.publicKey ?? keys.contentKey },
    { audience: Audience.PERSONAL, content: record.personal, key: keys.contentKey },
  ];
  const parts = asked.flatMap(({ audience, content, key }) => (content === null ? [] : [{ audience, content, key }]));
  if (parts.length === 0) throw new RecordRefused("empty");
  const headers = parts.map(({ audience, key }) => ({ audience, keyId: keyId(key) }));
  const header = new RecordHeader({ ...record, parts: headers }).encode();
  const salted = parts.map((part) => ({ ...part, salt: random(SALT_BYTES) }));
  const partHashes = salted.map((part) => partHash(part.audience, part));
  const signature = signWithLabel(keys.signatureSeed, RECORD_LABEL, recordTbs(header, record, partHashes));
  const statement = { sentAtMs: record.sentAtMs, seen: record.seen, partHashes, signature };
  const body = new Writer().raw(header);
  salted.forEach(({ content, key, salt }, place) => {
    const plaintext = new Writer().raw(salt).vector(content).optional(place === 0 ? statement : null, encodeStatement);
    const nonce = random(XCHACHA_NONCE_BYTES);
    body.vector(concat(nonce, xchachaSeal(key, nonce, header, pad(plaintext.bytes()))));
  });
  return body.bytes();
}

// ---------------------------------------------------------------- opening

/** A record whose signature holds; a part for which the reader has no key is null. */
export class OpenedRecord {
  constructor(readonly signed: SignedRecord) {}

  get header(): RecordHeader {
    return this.signed.header;
  }

  get public(): Uint8Array | null {
    return this.#content(Audience.PUBLIC);
  }

  get personal(): Uint8Array | null {
    return this.#content(Audience.PERSONAL);
  }

  get sentAtMs(): number {
    return this.signed.sentAtMs;
  }

  get seen(): Head {
    return this.signed.seen;
  }

  get signature(): Uint8Array {
    return this.signed.signature;
  }

  #content(audience: Audience): Uint8Array | null {
    return this.signed.parts.find((part) => part.audience === audience)?.opened?.content ?? null;
  }
}

interface ReadPart extends OpenedPart {
  readonly statement: Statement | null;
}

export interface RecordOpening {
  /** Observers have only the key of the public part. */
  readonly keys: KeyRing;
  /** Of the epoch that the header names, from the reader's own verified tree. */
  readonly contextHash: Uint8Array;
  /** Of the leaf that the header names, in that epoch's tree. */
  readonly signatureKey: Uint8Array;
}

/**
 * Opens the parts for which there is a key, and verifies the record.
 *
 * Throws DecodeError: not a record; KeyMissing: no key for the part that carries the signature; RecordRefused: `keyId`
 * is not that of the key, a part does not open or is not padded as it must be, parts and signature disagree, or the
 * leaf did not sign.
 */
export function openRecord(body: Uint8Array, { contextHash, keys, signatureKey }: RecordOpening): OpenedRecord {
  const { header, headerBytes, sealed } = decodeAll(body, readBody);
  const opened = header.parts.map((part, place) => {
    return openPart(keys.get(toHex(part.keyId)) ?? null, part, headerBytes, sealed[place]!);
  });
  const [first = null, ...others] = opened;
  if (first === null) throw new KeyMissing(header.epoch);
  const { statement } = first;
  if (statement === null || others.some((part) => part !== null && part.statement !== null)) {
    throw new RecordRefused("statement_place");
  }
  if (statement.partHashes.length !== opened.length) throw new RecordRefused("parts");
  const parts = header.parts.map(({ audience }, place) => {
    return { audience, hash: statement.partHashes[place]!, opened: opened[place] ?? null };
  });
  const { seen, sentAtMs, signature } = statement;
  const signed = new SignedRecord({ header, contextHash, sentAtMs, seen, parts, signature });
  signed.verify(signatureKey);
  return new OpenedRecord(signed);
}

function openPart(
  key: ContentKey | null,
  part: PartHeader,
  headerBytes: Uint8Array,
  sealed: Uint8Array,
): ReadPart | null {
  if (key === null) return null;
  if (!constantTimeEqual(keyId(key), part.keyId)) throw new RecordRefused("key_id");
  if (sealed.length < XCHACHA_NONCE_BYTES) throw new RecordRefused("does_not_open");
  const nonce = sealed.slice(0, XCHACHA_NONCE_BYTES);
  try {
    return readPadded(xchachaOpen(key, nonce, headerBytes, sealed.slice(XCHACHA_NONCE_BYTES)));
  } catch (error) {
    if (error instanceof OpenFailed) throw new RecordRefused("does_not_open");
    throw error;
  }
}

function readPadded(padded: Uint8Array): ReadPart {
  const reader = new Reader(padded);
  const part = readPart(reader);
  const isPadded = padded.length === paddedLength(reader.position);
  if (!isPadded || reader.raw(reader.remaining).some((byte) => byte !== 0)) throw new RecordRefused("padding");
  return part;
}

function readPart(reader: Reader): ReadPart {
  try {
    const [salt, content] = [reader.raw(SALT_BYTES), reader.vector(MAX_RECORD_BYTES)];
    return { salt, content, statement: reader.optional(readStatement) };
  } catch (error) {
    if (error instanceof DecodeError) throw new RecordRefused("part_malformed");
    throw error;
  }
}
