/**
 * Files: sealed chunk by chunk as a STREAM under a key of their own (PROTOCOL §3.7).
 *
 *     stream key || prefix = HKDF-Expand(file key, "CENcomm file v1", 32 + 19)
 *     nonce of chunk i     = prefix || i as u32 || 1 where it is the last chunk, else 0
 *     sealed chunk i       = XChaCha20-Poly1305(stream key, nonce of chunk i, no associated data, chunk i)
 *     ciphertext           = the sealed chunks, one after the other; its name is SHA-256(ciphertext) and its length
 *
 * Chunks are of 256 KiB, only the last may be shorter. What is sealed is the file padded like a part of a record, so that
 * its length does not name it. The nonce says place and end: chunks that change places, go missing or come from another
 * file do not open. A key seals one file once: the same key over other bytes would reveal both.
 */

import { equal, utf8 } from "./bytes.ts";
import { DomainError } from "./errors.ts";
import {
  KEY_BYTES,
  OpenFailed,
  type Random,
  Secret,
  Sha256,
  TAG_BYTES,
  hkdfExpand,
  randomBytes,
  xchachaOpen,
  xchachaSeal,
} from "./primitives.ts";
import { paddedLength } from "./record_format.ts";

export type FileKey = Secret<"file">;
type StreamKey = Secret<"file stream">;

const FILE_LABEL = utf8("CENcomm file v1");
export const CHUNK_BYTES = 256 * 1024;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
/** What either side ever tries to open; the server's own bound is lower. */
export const MAX_FILE_BYTES = 2 ** 30;
const PREFIX_BYTES = 19;
const COUNTER_BYTES = 4;

/** A file that is not the one that its record names; `reason` is a stable word. Nothing of it is kept. */
export class FileRefused extends DomainError {
  constructor(reason: string) {
    super("files.refused", { reason });
  }
}

/** The file became longer or shorter while it was being sealed. Nothing was sent. */
export class FileChanged extends DomainError {
  constructor() {
    super("files.changed");
  }
}

/** What a ciphertext is called, by members and server alike: SHA-256 of all of it, and its length. */
export interface FileName {
  readonly hash: Uint8Array;
  readonly length: number;
}

export function newFileKey(random: Random = randomBytes): FileKey {
  return new Secret<"file">(random(KEY_BYTES));
}

/** How many sealed chunks a ciphertext of that length has. */
export function chunkCount(length: number): number {
  return Math.ceil(length / SEALED_CHUNK_BYTES);
}

/** The length of sealed chunk `index` in a ciphertext of that length. */
export function chunkLength(length: number, index: number): number {
  return Math.min(SEALED_CHUNK_BYTES, length - index * SEALED_CHUNK_BYTES);
}

/** The length of the ciphertext of a file of `size` bytes. */
export function sealedLength(size: number): number {
  const padded = paddedLength(size);
  return padded + TAG_BYTES * Math.ceil(padded / CHUNK_BYTES);
}

/** Key and nonces of one file. */
class Stream {
  readonly key: StreamKey;
  readonly #prefix: Uint8Array;

  constructor(fileKey: FileKey) {
    const material = hkdfExpand(fileKey, FILE_LABEL, KEY_BYTES + PREFIX_BYTES);
    this.key = new Secret<"file stream">(material.slice(0, KEY_BYTES));
    this.#prefix = material.slice(KEY_BYTES);
  }

  nonce(index: number, last: boolean): Uint8Array {
    const nonce = new Uint8Array(PREFIX_BYTES + COUNTER_BYTES + 1);
    nonce.set(this.#prefix);
    new DataView(nonce.buffer).setUint32(PREFIX_BYTES, index);
    nonce[PREFIX_BYTES + COUNTER_BYTES] = last ? 1 : 0;
    return nonce;
  }
}

/**
 * The sealed chunks of a file of `size` bytes, in order; `read` gives a stretch of it.
 *
 * Throws FileRefused (larger than any file may be), FileChanged (a stretch is not there as it should be).
 */
export async function* sealChunks(
  fileKey: FileKey,
  size: number,
  read: (start: number, end: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (size > MAX_FILE_BYTES) throw new FileRefused("too_large");
  const stream = new Stream(fileKey);
  const padded = paddedLength(size);
  for (let index = 0, start = 0; start < padded; index++, start += CHUNK_BYTES) {
    const end = Math.min(start + CHUNK_BYTES, padded);
    const wanted = Math.max(0, Math.min(end, size) - start);
    const plainPart = wanted === 0 ? new Uint8Array() : await read(start, start + wanted);
    if (plainPart.length !== wanted) throw new FileChanged();
    const plain = new Uint8Array(end - start);
    plain.set(plainPart);
    yield xchachaSeal(stream.key, stream.nonce(index, end === padded), new Uint8Array(), plain);
  }
}

/** Opens a file's chunks in order. Nothing that it gave may be shown before `finish` has returned. */
export class FileOpener {
  readonly #stream: Stream;
  readonly #name: FileName;
  readonly #hash = new Sha256();
  #left: number;
  #next = 0;

  /** Throws FileRefused: no file of that size has a ciphertext of that length. */
  constructor(fileKey: FileKey, name: FileName, size: number) {
    const fits = Number.isSafeInteger(size) && size >= 0 && size <= MAX_FILE_BYTES;
    if (!fits || name.length !== sealedLength(size)) throw new FileRefused("length");
    this.#stream = new Stream(fileKey);
    this.#name = name;
    this.#left = size;
  }

  /** The next chunk, without padding. Throws FileRefused: it is not this chunk of this file. */
  take(sealed: Uint8Array): Uint8Array {
    const index = this.#next;
    const count = chunkCount(this.#name.length);
    if (index >= count || sealed.length !== chunkLength(this.#name.length, index)) throw new FileRefused("chunk_length");
    this.#hash.update(sealed);
    const padded = this.#open(sealed, index, index === count - 1);
    this.#next++;
    const plain = padded.subarray(0, this.#left);
    if (padded.subarray(plain.length).some((byte) => byte !== 0)) throw new FileRefused("padding");
    this.#left -= plain.length;
    return plain;
  }

  #open(sealed: Uint8Array, index: number, last: boolean): Uint8Array {
    try {
      return xchachaOpen(this.#stream.key, this.#stream.nonce(index, last), new Uint8Array(), sealed);
    } catch (error) {
      if (error instanceof OpenFailed) throw new FileRefused("does_not_open");
      throw error;
    }
  }

  /** Throws FileRefused: chunks are missing, or the whole has another hash than its name says. */
  finish(): void {
    if (this.#next !== chunkCount(this.#name.length)) throw new FileRefused("cut");
    if (!equal(this.#hash.digest(), this.#name.hash)) throw new FileRefused("hash");
  }
}
