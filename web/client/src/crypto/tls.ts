/**
 * Reading and writing the TLS presentation language with MLS's variable-size vectors (RFC 8446 §3, RFC 9420 §2.1).
 *
 * A decoder never trusts a length: a vector is read only if the bytes are there, so work is bounded by the size of the
 * input. Nesting is bounded by the callers, whose structures have a fixed depth.
 */

import { concat, fromUtf8, utf8 } from "./bytes.ts";
import { DomainError } from "./errors.ts";

/** The longest length that the variable-size header can name (§2.1.2). */
export const MAX_VECTOR_BYTES = 2 ** 30 - 1;

/** Bytes that are not the structure they should be; `reason` is a stable word. */
export class DecodeError extends DomainError {
  constructor(reason: string) {
    super("crypto.malformed", { reason });
  }
}

/** The variable-size length header, in its shortest form (§2.1.2). */
export function varint(value: number): Uint8Array {
  if (value < 0x40) return Uint8Array.of(value);
  if (value < 0x4000) return Uint8Array.of(0x40 | (value >> 8), value & 0xff);
  if (value > MAX_VECTOR_BYTES) throw new RangeError("a vector of this length cannot be written");
  return Uint8Array.of(0x80 | (value >> 24), (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
}

/** `opaque data<V>`: the length, then the bytes. */
export function vector(data: Uint8Array): Uint8Array {
  return concat(varint(data.length), data);
}

/** Collects the fields of one structure, in order; every method returns the writer. */
export class Writer {
  readonly #parts: Uint8Array[] = [];

  u8(value: number): this {
    return this.raw(Uint8Array.of(value));
  }

  u16(value: number): this {
    return this.raw(Uint8Array.of(value >> 8, value & 0xff));
  }

  u32(value: number): this {
    return this.raw(Uint8Array.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff));
  }

  /** A whole number of up to 53 bits as 64, or a bigint. */
  u64(value: number | bigint): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
    return this.raw(bytes);
  }

  raw(data: Uint8Array): this {
    this.#parts.push(data);
    return this;
  }

  vector(data: Uint8Array): this {
    this.#parts.push(varint(data.length), data);
    return this;
  }

  text(text: string): this {
    return this.vector(utf8(text));
  }

  /** `T items<V>`: the length in bytes of all items together, then the items. */
  vectorOf<T>(items: Iterable<T>, encode: (item: T) => Uint8Array): this {
    return this.vector(concat(...Array.from(items, encode)));
  }

  /** `optional<T>` (§2.1.1). */
  optional<T>(item: T | null, encode: (item: T) => Uint8Array): this {
    return item === null ? this.u8(0) : this.u8(1).raw(encode(item));
  }

  bytes(): Uint8Array {
    return concat(...this.#parts);
  }
}

/** Takes the fields of one structure from `data`, in order; every shortage is a `DecodeError`. */
export class Reader {
  readonly #data: Uint8Array;
  #position = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get remaining(): number {
    return this.#data.length - this.#position;
  }

  get position(): number {
    return this.#position;
  }

  /** The bytes read since `position` was `start`: what a signature covers, without encoding again. */
  sliceFrom(start: number): Uint8Array {
    return this.#data.slice(start, this.#position);
  }

  raw(length: number): Uint8Array {
    const stop = this.#position + length;
    if (stop > this.#data.length) throw new DecodeError("truncated");
    const taken = this.#data.slice(this.#position, stop);
    this.#position = stop;
    return taken;
  }

  u8(): number {
    const value = this.#data[this.#position];
    if (value === undefined) throw new DecodeError("truncated");
    this.#position += 1;
    return value;
  }

  u16(): number {
    return this.#uint(2);
  }

  u32(): number {
    return this.#uint(4);
  }

  u64(): bigint {
    const bytes = this.raw(8);
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  }

  /** A u64 that must fit the numbers of the language, for example a time in milliseconds. */
  safeU64(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new DecodeError("number_too_large");
    return Number(value);
  }

  varint(): number {
    const first = this.u8();
    const prefix = first >> 6;
    if (prefix === 0) return first;
    if (prefix === 3) throw new DecodeError("varint_invalid");
    const extra = prefix === 1 ? 1 : 3;
    const value = (first & 0x3f) * 256 ** extra + this.#uint(extra);
    if (value < (prefix === 1 ? 0x40 : 0x4000)) throw new DecodeError("varint_not_minimal");
    return value;
  }

  /** `opaque data<V>` of at most `maxLength` bytes. */
  vector(maxLength = MAX_VECTOR_BYTES): Uint8Array {
    const length = this.varint();
    if (length > maxLength) throw new DecodeError("vector_too_long");
    return this.raw(length);
  }

  /** A vector that is UTF-8. */
  text(maxBytes = MAX_VECTOR_BYTES): string {
    const bytes = this.vector(maxBytes);
    try {
      return fromUtf8(bytes);
    } catch {
      throw new DecodeError("not_utf8");
    }
  }

  /** `T items<V>`; every item must use at least one byte. */
  vectorOf<T>(decode: (reader: Reader) => T, maxItems = Infinity): T[] {
    const inner = new Reader(this.vector());
    const items: T[] = [];
    while (inner.remaining > 0) {
      const before = inner.position;
      items.push(decode(inner));
      if (inner.position === before || items.length > maxItems) throw new DecodeError("too_many_items");
    }
    return items;
  }

  /** `optional<T>` (§2.1.1): the presence byte is 0 or 1 and nothing else. */
  optional<T>(decode: (reader: Reader) => T): T | null {
    const present = this.u8();
    if (present > 1) throw new DecodeError("optional_invalid");
    return present === 1 ? decode(this) : null;
  }

  /** Throws if bytes are left over. */
  end(): void {
    if (this.remaining > 0) throw new DecodeError("trailing_bytes");
  }

  #uint(length: number): number {
    let value = 0;
    for (const byte of this.raw(length)) value = value * 256 + byte;
    return value;
  }
}

/** `data` as exactly one structure, nothing after it. */
export function decodeAll<T>(data: Uint8Array, decode: (reader: Reader) => T): T {
  const reader = new Reader(data);
  const value = decode(reader);
  reader.end();
  return value;
}
