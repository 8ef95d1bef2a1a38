/**
 * Hybrid public key encryption (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and the suite's AEAD.
 *
 * MLS and the archive seals use the base mode. The other three modes stand on the same few lines and are run by the
 * official vectors.
 */

import { concat, uint, utf8 } from "./bytes.ts";
import {
  AEAD_NONCE_BYTES,
  CryptoError,
  HASH_BYTES,
  KEY_BYTES,
  type CipherSuite,
  type Random,
  aeadKeyBytes,
  aeadOpen,
  aeadSeal,
  hkdfExpand,
  hkdfExtract,
  randomBytes,
  x25519,
  x25519Public,
} from "./primitives.ts";

const VERSION = utf8("HPKE-v1");
const KEM_ID = uint(0x0020, 2);
const KDF_ID = uint(0x0001, 2);
const KEM_SUITE = concat(utf8("KEM"), KEM_ID);
const NOTHING = new Uint8Array();

/** A PSK without its id, an id without its PSK, or either in a mode that has none (§5.1). */
export class PskInconsistent extends CryptoError {
  constructor() {
    super("crypto.psk_inconsistent");
  }
}

export enum Mode {
  BASE = 0,
  PSK = 1,
  AUTH = 2,
  AUTH_PSK = 3,
}

export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

export interface Sealed {
  readonly kemOutput: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export interface Psk {
  readonly psk: Uint8Array;
  readonly pskId: Uint8Array;
}

export interface SenderOptions {
  /** Makes the ephemeral key, and with it the whole message, deterministic. */
  readonly ikmE?: Uint8Array | undefined;
  readonly senderPrivate?: Uint8Array | undefined;
  readonly psk?: Psk | undefined;
  readonly random?: Random | undefined;
}

export interface ReceiverOptions {
  /** Saves one multiplication where it is known. */
  readonly publicKey?: Uint8Array | undefined;
  readonly senderPublic?: Uint8Array | undefined;
  readonly psk?: Psk | undefined;
}

function labeledExtract(suiteId: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return hkdfExtract(salt, concat(VERSION, suiteId, utf8(label), ikm));
}

function labeledExpand(
  suiteId: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return hkdfExpand(prk, concat(uint(length, 2), VERSION, suiteId, utf8(label), info), length);
}

/** What many messages to different receivers have in common: a group's state may be long, so it is hashed only once. */
export class Info {
  readonly #bytes: Uint8Array;
  readonly #hashes = new Map<CipherSuite, Uint8Array>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.slice();
  }

  hash(suite: CipherSuite): Uint8Array {
    let hash = this.#hashes.get(suite);
    if (hash === undefined) {
      hash = labeledExtract(hpkeSuite(suite), NOTHING, "info_hash", this.#bytes);
      this.#hashes.set(suite, hash);
    }
    return hash;
  }
}

function hpkeSuite(suite: CipherSuite): Uint8Array {
  return concat(utf8("HPKE"), KEM_ID, KDF_ID, uint(suite, 2)); // 1 and 3 name the same AEADs as in MLS
}

/** An encryption context (§5.2). The caller counts: sequence numbers start at 0 and never repeat. */
export class Context {
  readonly #suite: CipherSuite;
  readonly #key: Uint8Array;
  readonly #baseNonce: Uint8Array;
  readonly #exporterSecret: Uint8Array;

  constructor(suite: CipherSuite, key: Uint8Array, baseNonce: Uint8Array, exporterSecret: Uint8Array) {
    this.#suite = suite;
    this.#key = key;
    this.#baseNonce = baseNonce;
    this.#exporterSecret = exporterSecret;
  }

  seal(aad: Uint8Array, plaintext: Uint8Array, sequence = 0): Uint8Array {
    return aeadSeal(this.#suite, this.#key, this.#nonce(sequence), aad, plaintext);
  }

  open(aad: Uint8Array, ciphertext: Uint8Array, sequence = 0): Uint8Array {
    return aeadOpen(this.#suite, this.#key, this.#nonce(sequence), aad, ciphertext);
  }

  /** A secret of `length` bytes for another use (§5.3). */
  export(exporterContext: Uint8Array, length: number): Uint8Array {
    return labeledExpand(hpkeSuite(this.#suite), this.#exporterSecret, "sec", exporterContext, length);
  }

  #nonce(sequence: number): Uint8Array {
    const nonce = this.#baseNonce.slice();
    const counter = uint(sequence, 4);
    for (let index = 0; index < 4; index++) nonce[nonce.length - 4 + index]! ^= counter[index]!;
    return nonce;
  }
}

/** The X25519 key pair of some input keying material (§7.1.3). */
export function deriveKeyPair(ikm: Uint8Array): KeyPair {
  const prk = labeledExtract(KEM_SUITE, NOTHING, "dkp_prk", ikm);
  const privateKey = labeledExpand(KEM_SUITE, prk, "sk", NOTHING, KEY_BYTES);
  return { privateKey, publicKey: x25519Public(privateKey) };
}

function extractAndExpand(dh: Uint8Array, kemContext: Uint8Array): Uint8Array {
  const prk = labeledExtract(KEM_SUITE, NOTHING, "eae_prk", dh);
  return labeledExpand(KEM_SUITE, prk, "shared_secret", kemContext, HASH_BYTES);
}

function keySchedule(suite: CipherSuite, mode: Mode, shared: Uint8Array, info: Info, psk?: Psk): Context {
  const { psk: key, pskId } = psk ?? { psk: NOTHING, pskId: NOTHING };
  const hasPsk = key.length > 0;
  const wantsPsk = mode === Mode.PSK || mode === Mode.AUTH_PSK;
  if (hasPsk !== pskId.length > 0 || hasPsk !== wantsPsk) throw new PskInconsistent();
  const suiteId = hpkeSuite(suite);
  const idHash = labeledExtract(suiteId, NOTHING, "psk_id_hash", pskId);
  const context = concat(Uint8Array.of(mode), idHash, info.hash(suite));
  const secret = labeledExtract(suiteId, shared, "secret", key);
  return new Context(
    suite,
    labeledExpand(suiteId, secret, "key", context, aeadKeyBytes(suite)),
    labeledExpand(suiteId, secret, "base_nonce", context, AEAD_NONCE_BYTES),
    labeledExpand(suiteId, secret, "exp", context, HASH_BYTES),
  );
}

function modeOf(sender: Uint8Array | undefined, psk: Psk | undefined): Mode {
  return (sender === undefined ? 0 : 2) + (psk === undefined || psk.psk.length === 0 ? 0 : 1);
}

/** Context towards the holder of `publicKey` (§5.1). */
export function setupSender(
  suite: CipherSuite,
  publicKey: Uint8Array,
  info: Uint8Array | Info,
  options: SenderOptions = {},
): { kemOutput: Uint8Array; context: Context } {
  const { ikmE, senderPrivate, psk, random = randomBytes } = options;
  const ephemeral = ikmE === undefined ? keyPairOf(random(KEY_BYTES)) : deriveKeyPair(ikmE);
  const kemOutput = ephemeral.publicKey;
  let dh = x25519(ephemeral.privateKey, publicKey);
  let kemContext = concat(kemOutput, publicKey);
  if (senderPrivate !== undefined) {
    dh = concat(dh, x25519(senderPrivate, publicKey));
    kemContext = concat(kemContext, x25519Public(senderPrivate));
  }
  const shared = extractAndExpand(dh, kemContext);
  return { kemOutput, context: keySchedule(suite, modeOf(senderPrivate, psk), shared, info instanceof Info ? info : new Info(info), psk) };
}

function keyPairOf(privateKey: Uint8Array): KeyPair {
  return { privateKey, publicKey: x25519Public(privateKey) };
}

/** The receiver's context (§5.1). */
export function setupReceiver(
  suite: CipherSuite,
  kemOutput: Uint8Array,
  privateKey: Uint8Array,
  info: Uint8Array,
  options: ReceiverOptions = {},
): Context {
  const { publicKey = x25519Public(privateKey), senderPublic, psk } = options;
  let dh = x25519(privateKey, kemOutput);
  let kemContext = concat(kemOutput, publicKey);
  if (senderPublic !== undefined) {
    dh = concat(dh, x25519(privateKey, senderPublic));
    kemContext = concat(kemContext, senderPublic);
  }
  return keySchedule(suite, modeOf(senderPublic, psk), extractAndExpand(dh, kemContext), new Info(info), psk);
}

/** One message in base mode (§6.1). */
export function seal(
  suite: CipherSuite,
  publicKey: Uint8Array,
  info: Uint8Array | Info,
  aad: Uint8Array,
  plaintext: Uint8Array,
  options: SenderOptions = {},
): Sealed {
  const { kemOutput, context } = setupSender(suite, publicKey, info, options);
  return { kemOutput, ciphertext: context.seal(aad, plaintext) };
}

/** The plaintext of one base-mode message (§6.1). Throws `OpenFailed` or `BadPublicKey`. */
export function open(
  suite: CipherSuite,
  sealed: Sealed,
  privateKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  options: ReceiverOptions = {},
): Uint8Array {
  return setupReceiver(suite, sealed.kemOutput, privateKey, info, options).open(aad, sealed.ciphertext);
}
