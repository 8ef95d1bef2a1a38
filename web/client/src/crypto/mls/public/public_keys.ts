/** Whether bytes are a public key that can be encrypted to (RFC 9420 §7.3, RFC 9180 §7.1.4, RFC 7748 §6.1). */

import { toHex } from "../../bytes.ts";
import { KEY_BYTES } from "../../primitives.ts";

/** The u-coordinates of order 1, 2, 4 and 8, and those of the first two again as they may also be written. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/**
 * Whether `key` is an X25519 public key of full length that does not force the all-zero secret.
 *
 * One member's key of small order would stop every other member from committing: each must encrypt to it.
 */
export function isPublicKey(key: Uint8Array): boolean {
  if (key.length !== KEY_BYTES) return false;
  const canonical = key.slice();
  canonical[KEY_BYTES - 1]! &= 0x7f;
  return !SMALL_ORDER.has(toHex(canonical));
}
