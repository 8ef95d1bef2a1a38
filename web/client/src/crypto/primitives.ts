/**
 * The cryptographic primitives: the only module that calls libsodium and @noble/ciphers.
 *
 * Whoever imports this module waits until libsodium is loaded, so that constants can be derived where they stand.
 * Lengths are checked here, so that a wrong one is our own typed error.
 */

import { gcm } from "@noble/ciphers/aes.js";
import sodium from "libsodium-wrappers-sumo";

import { concat } from "./bytes.ts";
import { DomainError } from "./errors.ts";

await sodium.ready;

/** Gives that many random bytes; an argument wherever randomness is used, so that tests can repeat a run. */
export type Random = (count: number) => Uint8Array;

export const HASH_BYTES = 32;
export const KEY_BYTES = 32;
export const TAG_BYTES = 16;
export const SIGNATURE_BYTES = 64;
export const XCHACHA_NONCE_BYTES = 24;
export const ARGON2_SALT_BYTES = 16;
const HKDF_MAX_BYTES = 255 * HASH_BYTES;
const SIGNING_KEYS_REMEMBERED = 64;

/** The MLS cipher suites that CENcomm implements (RFC 9420 §17.1). */
export enum CipherSuite {
  X25519_AES128GCM_SHA256_ED25519 = 1,
  X25519_CHACHA20POLY1305_SHA256_ED25519 = 3,
}

export const DEFAULT_SUITE = CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519;
export const AEAD_NONCE_BYTES = 12;

export function aeadKeyBytes(suite: CipherSuite): number {
  return suite === CipherSuite.X25519_AES128GCM_SHA256_ED25519 ? 16 : 32;
}

/** The root of what a primitive refuses. */
export class CryptoError extends DomainError {}

/** A signature that does not verify, or is not one. */
export class BadSignature extends CryptoError {
  constructor() {
    super("crypto.bad_signature");
  }
}

/** A public key of the wrong length, or one of small order (RFC 7748 §6.1, RFC 9180 §7.1.4). */
export class BadPublicKey extends CryptoError {
  constructor() {
    super("crypto.bad_public_key");
  }
}

/** A secret key, nonce or salt of the wrong length: a fault on our side or in stored state. */
export class BadKey extends CryptoError {
  constructor(reason: string) {
    super("crypto.bad_key", { reason });
  }
}

/** A ciphertext that does not open under this key, nonce and associated data. */
export class OpenFailed extends CryptoError {
  constructor() {
    super("crypto.open_failed");
  }
}

const HIDDEN = "<secret>";

/**
 * Bytes that never show themselves: not in a console, a log line, JSON or a formatted string.
 *
 * `Kind` keeps secrets of different purposes apart; it exists for the type checker only.
 */
export class Secret<Kind extends string = string> extends Uint8Array {
  declare readonly kind: Kind;

  override toString(): string {
    return HIDDEN;
  }

  override toLocaleString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return HIDDEN;
  }
}

export function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && (a.length === 0 || sodium.memcmp(a, b));
}

// ---------------------------------------------------------------- hashes and key derivation

export function sha256(data: Uint8Array): Uint8Array {
  return sodium.crypto_hash_sha256(data);
}

/** SHA-256 of what comes piece by piece. */
export class Sha256 {
  readonly #state = sodium.crypto_hash_sha256_init();

  update(data: Uint8Array): void {
    sodium.crypto_hash_sha256_update(this.#state, data);
  }

  /** Of everything so far; ends the use of it. */
  digest(): Uint8Array {
    return sodium.crypto_hash_sha256_final(this.#state);
  }
}

export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const state = sodium.crypto_auth_hmacsha256_init(key);
  sodium.crypto_auth_hmacsha256_update(state, data);
  return sodium.crypto_auth_hmacsha256_final(state);
}

/** HKDF-Extract with SHA-256 (RFC 5869 §2.2). */
export function hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hmacSha256(salt, ikm);
}

/** HKDF-Expand with SHA-256 (RFC 5869 §2.3); `length` in bytes, at most 8160. */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (length > HKDF_MAX_BYTES) throw new BadKey("derived_length");
  const blocks: Uint8Array[] = [];
  let block: Uint8Array = new Uint8Array();
  for (let counter = 1; (counter - 1) * HASH_BYTES < length; counter++) {
    block = hmacSha256(prk, concat(block, info, Uint8Array.of(counter)));
    blocks.push(block);
  }
  return concat(...blocks).slice(0, length);
}

/** Argon2id (RFC 9106) as libsodium has it: one lane; `salt` of 16 bytes, memory in bytes. */
export function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  options: { opsLimit: number; memoryBytes: number; length: number },
): Uint8Array {
  if (salt.length !== ARGON2_SALT_BYTES) throw new BadKey("salt_length");
  const { opsLimit, memoryBytes, length } = options;
  try {
    return sodium.crypto_pwhash(length, password, salt, opsLimit, memoryBytes, sodium.crypto_pwhash_ALG_ARGON2ID13);
  } catch {
    throw new BadKey("argon2_parameters");
  }
}

// ---------------------------------------------------------------- Ed25519

interface SigningKey {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

const signingKeys = new Map<string, SigningKey>();

/** libsodium's 64-byte secret key of a seed: as dear as a signature, so remembered. */
function signingKey(seed: Uint8Array): SigningKey {
  if (seed.length !== KEY_BYTES) throw new BadKey("seed_length");
  const name = sodium.to_hex(seed);
  let key = signingKeys.get(name);
  if (key === undefined) {
    key = sodium.crypto_sign_seed_keypair(seed);
    if (signingKeys.size >= SIGNING_KEYS_REMEMBERED) signingKeys.clear();
    signingKeys.set(name, key);
  }
  return key;
}

/** Drops every remembered signing key; call it when an identity key has been used and wiped. */
export function forgetSigningKeys(): void {
  for (const { privateKey } of signingKeys.values()) privateKey.fill(0);
  signingKeys.clear();
}

export function newSignatureKey(random: Random = randomBytes): { seed: Uint8Array; publicKey: Uint8Array } {
  const seed = random(KEY_BYTES);
  return { seed, publicKey: ed25519Public(seed) };
}

export function ed25519Public(seed: Uint8Array): Uint8Array {
  return signingKey(seed).publicKey;
}

export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return sodium.crypto_sign_detached(message, signingKey(seed).privateKey);
}

/** Throws `BadSignature` unless `signature` is that of `message` under `publicKey`. */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  const fits = publicKey.length === KEY_BYTES && signature.length === SIGNATURE_BYTES;
  if (!fits || !sodium.crypto_sign_verify_detached(signature, message, publicKey)) throw new BadSignature();
}

// ---------------------------------------------------------------- X25519

export function x25519Public(privateKey: Uint8Array): Uint8Array {
  if (privateKey.length !== KEY_BYTES) throw new BadKey("private_key_length");
  return sodium.crypto_scalarmult_base(privateKey);
}

/** The Diffie-Hellman secret; a public key that forces the all-zero result is refused (RFC 7748 §6.1). */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  if (privateKey.length !== KEY_BYTES) throw new BadKey("private_key_length");
  if (publicKey.length !== KEY_BYTES) throw new BadPublicKey();
  try {
    return sodium.crypto_scalarmult(privateKey, publicKey);
  } catch {
    throw new BadPublicKey();
  }
}

// ---------------------------------------------------------------- AEAD

function checkAead(suite: CipherSuite, key: Uint8Array, nonce: Uint8Array): void {
  if (key.length !== aeadKeyBytes(suite)) throw new BadKey("aead_key_length");
  if (nonce.length !== AEAD_NONCE_BYTES) throw new BadKey("nonce_length");
}

/** The suite's AEAD; the 16-byte tag stands at the end. */
export function aeadSeal(
  suite: CipherSuite,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  checkAead(suite, key, nonce);
  if (suite === CipherSuite.X25519_AES128GCM_SHA256_ED25519) return gcm(key, nonce, aad).encrypt(plaintext);
  return sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, key);
}

/** Throws `OpenFailed` if key, nonce, associated data and ciphertext do not belong together. */
export function aeadOpen(
  suite: CipherSuite,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  checkAead(suite, key, nonce);
  return opened(ciphertext, () =>
    suite === CipherSuite.X25519_AES128GCM_SHA256_ED25519
      ? gcm(key, nonce, aad).decrypt(ciphertext)
      : sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, ciphertext, aad, nonce, key),
  );
}

function checkXchacha(key: Uint8Array, nonce: Uint8Array): void {
  if (key.length !== KEY_BYTES) throw new BadKey("aead_key_length");
  if (nonce.length !== XCHACHA_NONCE_BYTES) throw new BadKey("nonce_length");
}

/** XChaCha20-Poly1305 with a 24-byte nonce, which may be random. It does not commit to its key. */
export function xchachaSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  checkXchacha(key, nonce);
  return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, key);
}

export function xchachaOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  checkXchacha(key, nonce);
  return opened(ciphertext, () =>
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, ciphertext, aad, nonce, key),
  );
}

/** The library's refusals, whatever they are, become one of ours. */
function opened(ciphertext: Uint8Array, open: () => Uint8Array): Uint8Array {
  if (ciphertext.length < TAG_BYTES) throw new OpenFailed();
  try {
    return open();
  } catch {
    throw new OpenFailed();
  }
}
