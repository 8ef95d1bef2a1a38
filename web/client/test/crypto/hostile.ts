/** What every decoder must survive: truncation at each byte, bytes left over, random bytes, flipped bytes. */

import { expect } from "vitest";

import { concat, toHex } from "../../src/crypto/bytes.ts";
import { DomainError } from "../../src/crypto/errors.ts";
import { DecodeError } from "../../src/crypto/tls.ts";

const RUNS = 300;

/** A source of numbers below `limit` that is the same in every run (mulberry32). */
export function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

function errorOf(decode: (data: Uint8Array) => unknown, data: Uint8Array): unknown {
  try {
    decode(data);
  } catch (error) {
    return error;
  }
  return null;
}

/** `decode` takes `encoded`, and throws a refusal of ours and nothing else for what is not its structure. */
export function survives(
  decode: (data: Uint8Array) => { encode(): Uint8Array },
  encoded: Uint8Array,
  refusal: typeof DecodeError | typeof DomainError = DecodeError,
): void {
  expect(toHex(decode(encoded).encode())).toBe(toHex(encoded));
  for (let length = 0; length < encoded.length; length++) {
    expect(errorOf(decode, encoded.slice(0, length)), `${length} bytes`).toBeInstanceOf(DecodeError);
  }
  expect(errorOf(decode, concat(encoded, Uint8Array.of(0)))).toBeInstanceOf(DecodeError);
  const below = numbers(encoded.length);
  for (let run = 0; run < RUNS; run++) {
    const noise = Uint8Array.from({ length: below(2 * encoded.length + 1) }, () => below(256));
    const changed = encoded.slice();
    changed[below(encoded.length)]! ^= 1 + below(255);
    for (const data of [noise, changed]) {
      const error = errorOf(decode, data);
      if (error !== null) expect(error, toHex(data).slice(0, 200)).toBeInstanceOf(refusal);
    }
  }
}
