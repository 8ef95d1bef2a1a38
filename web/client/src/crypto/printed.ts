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
  const plain = plainOf(text);
  if (!plain.startsWith(prefix)) throw refuse("prefix");
  const summed = fromBase32(plain.slice(prefix.length).replace(/=+$/, ""));
  if (summed === null) throw refuse("letters");
  const encoded = summed.slice(0, -CHECKSUM_BYTES);
  const checksum = sha256(encoded).slice(0, CHECKSUM_BYTES);
  if (!equal(summed.slice(-CHECKSUM_BYTES), checksum)) throw refuse("checksum");
  return encoded;
}

/**
 * Where in the letters after the prefix the mistake is, if it is one letter: foreign to the alphabet, another than it was,
 * missing, too many, or changed places with the next. Null where it is none or more than one.
 */
export function placeOfMistake(prefix: string, text: string): number | null {
  const letters = plainOf(text).slice(prefix.length).replace(/=+$/, "");
  const foreign = [...letters].filter((letter) => !BASE32.includes(letter)).length;
  const first = [...letters].findIndex((letter) => !BASE32.includes(letter));
  if (foreign > 1) return first;
  for (let place = foreign === 1 ? first : 0; place <= letters.length; place++) {
    const [before, here, after] = [letters.slice(0, place), letters.slice(place, place + 1), letters.slice(place + 1)];
    const swapped = before + after.slice(0, 1) + here + after.slice(1);
    const tries = [...BASE32].flatMap((letter) => [before + letter + after, before + letter + here + after]);
    if ([swapped, before + after, ...tries].some(isWhole)) return place;
    if (foreign === 1) return first;
  }
  return null;
}

function isWhole(letters: string): boolean {
  const summed = fromBase32(letters);
  if (summed === null || summed.length <= CHECKSUM_BYTES) return false;
  return equal(summed.slice(-CHECKSUM_BYTES), sha256(summed.slice(0, -CHECKSUM_BYTES)).slice(0, CHECKSUM_BYTES));
}

function plainOf(text: string): string {
  return text.replace(/[\s\-\u0085\u001c-\u001f]/g, "").toLowerCase();
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
