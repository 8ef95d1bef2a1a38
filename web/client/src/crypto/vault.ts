/**
 * The vault: what an account keeps at the server, which cannot read it (PROTOCOL §1.3, §1.4).
 *
 *     stretched = Argon2id(password)
 *     master    = HKDF-Extract(salt, stretched || AK)
 *       -> wrap key            opens the vault key: epoch keys, profile, checkpoints      (devices keep the vault key)
 *       -> inner wrap key      opens the inner key: identity key, archive private keys    (devices keep neither)
 *       -> authentication key  is sent to the server
 *
 * The same two keys are wrapped a second time under keys derived from R, for a forgotten password. A wrap and an item
 * carry a key check, because XChaCha20-Poly1305 does not commit to its key.
 */

import { concat, utf8 } from "./bytes.ts";
import { MAX_SUBJECT_BYTES } from "./certificates.ts";
import { recoveryInnerKey, recoveryKey } from "./enrolment.ts";
import { DomainError } from "./errors.ts";
import { Struct, encoded } from "./mls/public/struct.ts";
import {
  ARGON2_SALT_BYTES,
  KEY_BYTES,
  type Random,
  Secret,
  TAG_BYTES,
  argon2id,
  hkdfExpand,
  hkdfExtract,
  randomBytes,
} from "./primitives.ts";
import { Sealed, seal, unwrap } from "./sealed.ts";
import { DecodeError, type Reader, Writer } from "./tls.ts";

export { WrongKey } from "./sealed.ts";
export { InnerEnvelope, ItemInvalid, VaultItem, openInner, openItem, sealInner, sealItem } from "./vault_items.ts";

const VERSION = 1;

/** The least that a client accepts (OWASP's minimum for Argon2id): a server cannot ask for a cheaper hash. */
export const FLOOR_OPS_LIMIT = 2;
export const FLOOR_MEMORY_BYTES = 19 * 1024 * 1024;

/** The most: nor can it ask for one that stops the client. */
export const CEILING_OPS_LIMIT = 16;
export const CEILING_MEMORY_BYTES = 1024 * 1024 * 1024;

export const DEFAULT_OPS_LIMIT = 3;
export const DEFAULT_MEMORY_BYTES = 64 * 1024 * 1024;

const SALT = utf8("CENcomm vault v1");
const WRAPPED_BYTES = KEY_BYTES + TAG_BYTES;

/** Argon2id parameters below the floor or above the ceiling; nothing was derived from the password. */
export class KdfRefused extends DomainError {
  constructor(reason: string, { memoryBytes, opsLimit }: Kdf) {
    super("vault.kdf_refused", { reason, ops_limit: opsLimit, memory_bytes: memoryBytes });
  }
}

// ---------------------------------------------------------------- keys

/** Argon2id over the password: a salt of 16 bytes, passes, memory in bytes. */
export class Kdf extends Struct {
  constructor(
    readonly salt: Uint8Array,
    readonly opsLimit: number = DEFAULT_OPS_LIMIT,
    readonly memoryBytes: number = DEFAULT_MEMORY_BYTES,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().raw(this.salt).u32(this.opsLimit).u64(this.memoryBytes).bytes();
  }

  static read(reader: Reader): Kdf {
    return new Kdf(reader.raw(ARGON2_SALT_BYTES), reader.u32(), reader.safeU64());
  }
}

/** Throws KdfRefused. */
export function checkKdf(kdf: Kdf): void {
  if (kdf.opsLimit < FLOOR_OPS_LIMIT || kdf.memoryBytes < FLOOR_MEMORY_BYTES) throw new KdfRefused("too_cheap", kdf);
  if (kdf.opsLimit > CEILING_OPS_LIMIT || kdf.memoryBytes > CEILING_MEMORY_BYTES) throw new KdfRefused("too_dear", kdf);
}

export type Stretched = Secret<"stretched">;
export type AccountKey = Secret<"AK">;

/** Argon2id(password), 32 bytes; the slow step. Throws KdfRefused. */
export function stretch(password: string, kdf: Kdf): Stretched {
  checkKdf(kdf);
  const typed = utf8(password.normalize("NFC")); // keyboards compose differently
  const { memoryBytes, opsLimit, salt } = kdf;
  return new Secret<"stretched">(argon2id(typed, salt, { opsLimit, memoryBytes, length: KEY_BYTES }));
}

function fromPassword(stretched: Stretched, accountKey: AccountKey, label: string): Secret {
  return new Secret(hkdfExpand(hkdfExtract(SALT, concat(stretched, accountKey)), utf8(label), KEY_BYTES));
}

/** Opens the vault key's first wrap. */
export function wrapKey(stretched: Stretched, accountKey: AccountKey): Secret {
  return fromPassword(stretched, accountKey, "wrap");
}

/** Opens the inner key; derived when the password was typed just now, used and dropped. */
export function innerWrapKey(stretched: Stretched, accountKey: AccountKey): Secret {
  return fromPassword(stretched, accountKey, "inner wrap");
}

/** What the server is shown instead of the password. */
export function authenticationKey(stretched: Stretched, accountKey: AccountKey): Secret {
  return fromPassword(stretched, accountKey, "authentication");
}

// ---------------------------------------------------------------- wraps

/** `vaultKey` opens the items and stays on devices; `innerKey` opens the inner envelope and does not. */
export interface VaultKeys {
  readonly vaultKey: Secret<"vault">;
  readonly innerKey: Secret<"inner">;
}

export function newVaultKeys(random: Random = randomBytes): VaultKeys {
  return { vaultKey: new Secret<"vault">(random(KEY_BYTES)), innerKey: new Secret<"inner">(random(KEY_BYTES)) };
}

export interface WrapsFields {
  readonly account: string;
  readonly kdf: Kdf;
  readonly passwordWrap: Sealed;
  readonly recoveryWrap: Sealed;
  readonly innerWrap: Sealed;
  readonly innerRecoveryWrap: Sealed;
}

/** The vault's two keys, each wrapped under the password and under R; account and place are bound in. */
export class VaultWraps extends Struct implements WrapsFields {
  readonly account: string;
  readonly kdf: Kdf;
  readonly passwordWrap: Sealed;
  readonly recoveryWrap: Sealed;
  readonly innerWrap: Sealed;
  readonly innerRecoveryWrap: Sealed;

  constructor(fields: WrapsFields) {
    super();
    this.account = fields.account;
    this.kdf = fields.kdf;
    this.passwordWrap = fields.passwordWrap;
    this.recoveryWrap = fields.recoveryWrap;
    this.innerWrap = fields.innerWrap;
    this.innerRecoveryWrap = fields.innerRecoveryWrap;
  }

  encode(): Uint8Array {
    const writer = new Writer().u16(VERSION).text(this.account).raw(this.kdf.encode());
    for (const wrap of [this.passwordWrap, this.recoveryWrap, this.innerWrap, this.innerRecoveryWrap]) {
      writer.raw(wrap.encode());
    }
    return writer.bytes();
  }

  /** Throws DecodeError, and KdfRefused: weak parameters are not even read. */
  static read(reader: Reader): VaultWraps {
    if (reader.u16() !== VERSION) throw new DecodeError("vault_version");
    const wraps = new VaultWraps({
      account: reader.text(MAX_SUBJECT_BYTES),
      kdf: Kdf.read(reader),
      passwordWrap: readWrap(reader),
      recoveryWrap: readWrap(reader),
      innerWrap: readWrap(reader),
      innerRecoveryWrap: readWrap(reader),
    });
    checkKdf(wraps.kdf);
    return wraps;
  }
}

function readWrap(reader: Reader): Sealed {
  const wrap = Sealed.read(reader);
  if (wrap.ciphertext.length !== WRAPPED_BYTES) throw new DecodeError("wrap_length");
  return wrap;
}

type WrapPlace = "password" | "recovery" | "inner password" | "inner recovery";

function wrapContext(account: string, place: WrapPlace, kdf: Kdf | null): Uint8Array {
  const writer = new Writer().text("CENcomm vault wrap").u16(VERSION).text(account).text(place);
  return writer.optional(kdf, encoded).bytes();
}

/** What a password gives, and how it was stretched. */
export interface FromPassword {
  readonly kdf: Kdf;
  readonly stretched: Stretched;
  readonly accountKey: AccountKey;
}

function passwordWrap(
  { vaultKey }: VaultKeys,
  account: string,
  { accountKey, kdf, stretched }: FromPassword,
  random: Random,
): Sealed {
  return seal(wrapKey(stretched, accountKey), wrapContext(account, "password", kdf), vaultKey, random);
}

function innerPasswordWrap(
  { innerKey }: VaultKeys,
  account: string,
  { accountKey, kdf, stretched }: FromPassword,
  random: Random,
): Sealed {
  return seal(innerWrapKey(stretched, accountKey), wrapContext(account, "inner password", kdf), innerKey, random);
}

/** The wraps of a new vault. Throws KdfRefused. */
export function createWraps(
  keys: VaultKeys,
  account: string,
  password: FromPassword,
  secretR: Secret<"R">,
  random: Random = randomBytes,
): VaultWraps {
  checkKdf(password.kdf);
  const recovery = wrapContext(account, "recovery", null);
  const innerRecovery = wrapContext(account, "inner recovery", null);
  return new VaultWraps({
    account,
    kdf: password.kdf,
    passwordWrap: passwordWrap(keys, account, password, random),
    recoveryWrap: seal(recoveryKey(secretR), recovery, keys.vaultKey, random),
    innerWrap: innerPasswordWrap(keys, account, password, random),
    innerRecoveryWrap: seal(recoveryInnerKey(secretR), innerRecovery, keys.innerKey, random),
  });
}

/** The wraps after a change of password; the recovery wraps stay. Throws KdfRefused. */
export function rewrap(
  wraps: VaultWraps,
  keys: VaultKeys,
  password: FromPassword,
  random: Random = randomBytes,
): VaultWraps {
  checkKdf(password.kdf);
  return new VaultWraps({
    ...wraps,
    kdf: password.kdf,
    passwordWrap: passwordWrap(keys, wraps.account, password, random),
    innerWrap: innerPasswordWrap(keys, wraps.account, password, random),
  });
}

/** The vault key. Throws WrongKey; also when the wraps are another account's. */
export function openWithPassword(
  wraps: VaultWraps,
  account: string,
  { accountKey, stretched }: Omit<FromPassword, "kdf">,
): Secret<"vault"> {
  const context = wrapContext(account, "password", wraps.kdf);
  return new Secret<"vault">(unwrap(wrapKey(stretched, accountKey), context, wraps.passwordWrap));
}

/** The inner key, for a password typed just now. Throws WrongKey. */
export function openInnerWithPassword(
  wraps: VaultWraps,
  account: string,
  { accountKey, stretched }: Omit<FromPassword, "kdf">,
): Secret<"inner"> {
  const context = wrapContext(account, "inner password", wraps.kdf);
  return new Secret<"inner">(unwrap(innerWrapKey(stretched, accountKey), context, wraps.innerWrap));
}

/** Both keys, from the sheet. Throws WrongKey. */
export function openWithRecovery(wraps: VaultWraps, account: string, secretR: Secret<"R">): VaultKeys {
  const outer = wrapContext(account, "recovery", null);
  const inner = wrapContext(account, "inner recovery", null);
  return {
    vaultKey: new Secret<"vault">(unwrap(recoveryKey(secretR), outer, wraps.recoveryWrap)),
    innerKey: new Secret<"inner">(unwrap(recoveryInnerKey(secretR), inner, wraps.innerRecoveryWrap)),
  };
}
