/** Labelled operations: signatures, derivations and encryptions name their purpose (RFC 9420 §5.1.2-§5.2, §8). */

import { concat, uint, utf8 } from "./bytes.ts";
import * as hpke from "./hpke.ts";
import {
  BadSignature,
  HASH_BYTES,
  type CipherSuite,
  ed25519Sign,
  ed25519Verify,
  hkdfExpand,
  sha256,
} from "./primitives.ts";
import { vector } from "./tls.ts";

const PREFIX = "MLS 1.0 ";

function labelled(label: string): Uint8Array {
  return vector(utf8(PREFIX + label));
}

/** RefHash (§5.2); `label` in full, for example "MLS 1.0 KeyPackage Reference". */
export function refHash(label: string, value: Uint8Array): Uint8Array {
  return sha256(concat(vector(utf8(label)), vector(value)));
}

/** KDF.Expand with MLS's labelled info (§8); `length` in bytes. */
export function expandWithLabel(secret: Uint8Array, label: string, context: Uint8Array, length: number): Uint8Array {
  return hkdfExpand(secret, concat(uint(length, 2), labelled(label), vector(context)), length);
}

/** ExpandWithLabel with an empty context and the length of the hash (§8). */
export function deriveSecret(secret: Uint8Array, label: string): Uint8Array {
  return expandWithLabel(secret, label, new Uint8Array(), HASH_BYTES);
}

/** A key, nonce or next secret of a ratchet of the secret tree (§9.1). */
export function deriveTreeSecret(secret: Uint8Array, label: string, generation: number, length: number): Uint8Array {
  return expandWithLabel(secret, label, uint(generation, 4), length);
}

/** SignContent (§5.1.2): what is really signed. */
export function signedContent(label: string, content: Uint8Array): Uint8Array {
  return concat(labelled(label), vector(content));
}

export function signWithLabel(seed: Uint8Array, label: string, content: Uint8Array): Uint8Array {
  return ed25519Sign(seed, signedContent(label, content));
}

/** Throws `BadSignature` unless the holder of `publicKey` signed `content` under this label. */
export function verifyWithLabel(
  publicKey: Uint8Array,
  label: string,
  content: Uint8Array,
  signature: Uint8Array,
): void {
  ed25519Verify(publicKey, signedContent(label, content), signature);
}

/** Whether the holder of `publicKey` signed `content` under this label. */
export function isSigned(publicKey: Uint8Array, label: string, content: Uint8Array, signature: Uint8Array): boolean {
  try {
    verifyWithLabel(publicKey, label, content, signature);
  } catch (error) {
    if (error instanceof BadSignature) return false;
    throw error;
  }
  return true;
}

/** Label and context of EncryptWithLabel (§5.1.3), for one message or many. */
export function encryptionInfo(label: string, context: Uint8Array): hpke.Info {
  return new hpke.Info(concat(labelled(label), vector(context)));
}

/** EncryptWithLabel (§5.1.3): sealed to the holder of `publicKey`. */
export function encryptWithLabel(
  suite: CipherSuite,
  publicKey: Uint8Array,
  info: hpke.Info,
  plaintext: Uint8Array,
  options: hpke.SenderOptions = {},
): hpke.Sealed {
  return hpke.seal(suite, publicKey, info, new Uint8Array(), plaintext, options);
}

/** The plaintext of `encryptWithLabel`. Throws `OpenFailed` or `BadPublicKey`. */
export function decryptWithLabel(
  suite: CipherSuite,
  privateKey: Uint8Array,
  label: string,
  context: Uint8Array,
  sealed: hpke.Sealed,
  options: hpke.ReceiverOptions = {},
): Uint8Array {
  return hpke.open(suite, sealed, privateKey, concat(labelled(label), vector(context)), new Uint8Array(), options);
}
