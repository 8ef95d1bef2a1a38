/**
 * Sealing with a key check: XChaCha20-Poly1305 that commits to its key (PROTOCOL §1.3).
 *
 * By itself XChaCha20-Poly1305 does not: two keys can open one ciphertext to two texts.
 */

import { utf8 } from "./bytes.ts";
import { DomainError } from "./errors.ts";
import { Struct } from "./mls/public/struct.ts";
import {
  HASH_BYTES,
  OpenFailed,
  type Random,
  Secret,
  XCHACHA_NONCE_BYTES,
  constantTimeEqual,
  hkdfExpand,
  xchachaOpen,
  xchachaSeal,
} from "./primitives.ts";
import { type Reader, Writer } from "./tls.ts";

/** The password (or the sheet) is not the one that the vault was wrapped under, or the wrap was tampered with. */
export class WrongKey extends DomainError {
  constructor() {
    super("vault.wrong_key");
  }
}

/** `keyCheck` commits to the key; it is compared before anything is opened. */
export class Sealed extends Struct {
  constructor(
    readonly keyCheck: Uint8Array,
    readonly nonce: Uint8Array,
    readonly ciphertext: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().raw(this.keyCheck).raw(this.nonce).vector(this.ciphertext).bytes();
  }

  static read(reader: Reader): Sealed {
    return new Sealed(reader.raw(HASH_BYTES), reader.raw(XCHACHA_NONCE_BYTES), reader.vector());
  }
}

function keyCheck(key: Secret): Uint8Array {
  return hkdfExpand(key, utf8("CENcomm key check"), HASH_BYTES);
}

/** `plaintext` under `key`, bound to `context`. */
export function seal(key: Secret, context: Uint8Array, plaintext: Uint8Array, random: Random): Sealed {
  const nonce = random(XCHACHA_NONCE_BYTES);
  return new Sealed(keyCheck(key), nonce, xchachaSeal(key, nonce, context, plaintext));
}

/** The plaintext. Throws OpenFailed: another key, another context, or altered. */
export function openSealed(key: Secret, context: Uint8Array, sealed: Sealed): Secret {
  if (!constantTimeEqual(keyCheck(key), sealed.keyCheck)) throw new OpenFailed();
  return new Secret(xchachaOpen(key, sealed.nonce, context, sealed.ciphertext));
}

/** A key that was sealed. Throws WrongKey. */
export function unwrap(key: Secret, context: Uint8Array, wrap: Sealed): Secret {
  try {
    return openSealed(key, context, wrap);
  } catch (error) {
    if (error instanceof OpenFailed) throw new WrongKey();
    throw error;
  }
}
