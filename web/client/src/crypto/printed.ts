/** Bytes as one line that people print, scan or type: a prefix, then base32 with a checksum. */

import { concat, equal } from "./bytes.ts";
import { sha256 } from "./primitives.ts";

const CHECKSUM_BYTES = 4;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** Why a line is not what it should be; the callers' errors carry it. */
export type Misprint = "prefix" | "letters" | "checksum";

export function toText(prefix: string, encoded: Uint8Array): string {
  return prefix + toBase32(concat(encoded, sha256(encoded).slice(0, CHECKSUM_BYTES)));
}

/**
 * The bytes of a line that was typed or scanned; case, spaces, line breaks and hyphens do not matter.
 *
 * Throws what `refuse` makes of a misprint.
 */
export function fromText(prefix: string, text: string, refuse: (misprint: Misprint) => Error): Uint8Array {
  const plain = text.replace(/[\s\-\u0085\u001c-\u001f]/g, "").toLowerCase();
  if (!plain.startsWith(prefix)) throw refuse("prefix");
  const summed = fromBase32(plain.slice(prefix.length).replace(/=+$/, ""));
  if (summed === null) throw refuse("letters");
  const encoded = summed.slice(0, -CHECKSUM_BYTES);
  const checksum = sha256(encoded).slice(0, CHECKSUM_BYTES);
  if (!equal(summed.slice(-CHECKSUM_BYTES), checksum)) throw refuse("checksum");
  return encoded;
}

function toBase32(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(held >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + BASE32[(held << (5 - bits)) & 31];
}

/** Null for letters that are none of the alphabet's, or a length that no bytes have. */
function fromBase32(text: string): Uint8Array | null {
  if ([1, 3, 6].includes(text.length % 8)) return null;
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const letter of text) {
    const value = BASE32.indexOf(letter);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}
