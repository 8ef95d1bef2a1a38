/** What every structure of MLS has: one byte form, and a decoder that refuses every other (RFC 9420 §2.1). */

import { equal } from "../../bytes.ts";
import { type Reader, decodeAll } from "../../tls.ts";

/** What has a byte form. */
export interface Encodes {
  encode(): Uint8Array;
}

/**
 * A structure with `encode`, `read` (its part of a longer input) and `decode` (the whole of an input).
 *
 * The encoding is unique: what `decode` accepts, `encode` gives back byte for byte.
 */
export abstract class Struct implements Encodes {
  abstract encode(): Uint8Array;

  /** `data` as exactly one structure. Throws `DecodeError`. */
  static decode<T>(this: { read(reader: Reader): T }, data: Uint8Array): T {
    return decodeAll(data, (reader) => this.read(reader));
  }
}

/** The byte form of any structure, as `Writer.vectorOf` and `Writer.optional` want it. */
export function encoded(item: Encodes): Uint8Array {
  return item.encode();
}

/** Whether two structures say the same. */
export function same(a: Encodes | null, b: Encodes | null): boolean {
  if (a === b) return true;
  return a !== null && b !== null && equal(a.encode(), b.encode());
}
