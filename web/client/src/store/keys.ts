/** The profile key: its two uses, and how it is wrapped under the password and the browser's own key. */

import { concat, uint, utf8 } from "../crypto/bytes.ts";
import {
  ARGON2_SALT_BYTES,
  KEY_BYTES,
  OpenFailed,
  XCHACHA_NONCE_BYTES,
  argon2id,
  hkdfExpand,
  hmacSha256,
  randomBytes,
  xchachaOpen,
  xchachaSeal,
} from "../crypto/primitives.ts";
import type { Header } from "./database.ts";
import { ProfileDamaged, ProfileLocked, ProfileUnsupported, WrongPassword } from "./errors.ts";

export const FORMAT = 1;
const IV_BYTES = 12;
const NAME_BYTES = 16;
const LENGTH_BYTES = 2;

/** Argon2id parameters for wrapping the profile key. */
export interface PasswordCost {
  readonly opsLimit: number;
  readonly memoryBytes: number;
}

export const DEFAULT_COST: PasswordCost = { opsLimit: 3, memoryBytes: 64 * 1024 * 1024 };

/** The bytes of a name as text that IndexedDB can compare. */
function letters(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/**
 * Seals values and hashes names. The associated data binds a value to its table and name, so that rows cannot be
 * swapped; the stored rows show how many there are of a kind and nothing else.
 */
export class ProfileKeys {
  readonly #valueKey: Uint8Array;
  readonly #nameKey: Uint8Array;
  readonly #spaces = new Map<string, Uint8Array>();
  #wiped = false;

  constructor(profileKey: Uint8Array) {
    this.#valueKey = hkdfExpand(profileKey, utf8("CENcomm profile value"), KEY_BYTES);
    this.#nameKey = hkdfExpand(profileKey, utf8("CENcomm profile name"), KEY_BYTES);
  }

  /** Overwrite both keys; every use throws ProfileLocked from now on. */
  wipe(): void {
    this.#wiped = true;
    this.#valueKey.fill(0);
    this.#nameKey.fill(0);
    this.#spaces.clear();
  }

  #require(): void {
    if (this.#wiped) throw new ProfileLocked();
  }

  space(table: string): string {
    return letters(this.#space(table));
  }

  name(table: string, key: Uint8Array): string {
    return letters(this.#name(table, key));
  }

  seal(table: string, key: Uint8Array, value: Uint8Array): Uint8Array {
    const nonce = randomBytes(XCHACHA_NONCE_BYTES);
    const plaintext = concat(uint(key.length, LENGTH_BYTES), key, value);
    return concat(nonce, xchachaSeal(this.#valueKey, nonce, this.#place(table, this.#name(table, key)), plaintext));
  }

  /** Key and value of what lies under `name`. Throws ProfileDamaged. */
  open(table: string, name: string, sealed: Uint8Array): { key: Uint8Array; value: Uint8Array } {
    const place = this.#place(table, Uint8Array.from(name, (letter) => letter.charCodeAt(0)));
    let plaintext: Uint8Array;
    try {
      plaintext = xchachaOpen(this.#valueKey, sealed.slice(0, XCHACHA_NONCE_BYTES), place, sealed.slice(XCHACHA_NONCE_BYTES));
    } catch (error) {
      if (!(error instanceof OpenFailed)) throw error;
      throw new ProfileDamaged({ table });
    }
    const end = LENGTH_BYTES + plaintext[0]! * 256 + plaintext[1]!;
    return { key: plaintext.slice(LENGTH_BYTES, end), value: plaintext.slice(end) };
  }

  #space(table: string): Uint8Array {
    this.#require();
    let known = this.#spaces.get(table);
    if (known === undefined) {
      known = hmacSha256(this.#nameKey, utf8(table)).slice(0, NAME_BYTES);
      this.#spaces.set(table, known);
    }
    return known;
  }

  #name(table: string, key: Uint8Array): Uint8Array {
    return hmacSha256(this.#nameKey, concat(this.#space(table), key)).slice(0, NAME_BYTES);
  }

  #place(table: string, name: Uint8Array): Uint8Array {
    return concat(this.#space(table), name);
  }
}

// ---------------------------------------------------------------- the header

/** `profileKey` wrapped under the password, and that under a fresh key which this browser keeps and never shows. */
export async function wrap(profileKey: Uint8Array, password: string, cost: PasswordCost): Promise<Header> {
  const browserKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const salt = owned(randomBytes(ARGON2_SALT_BYTES));
  const nonce = randomBytes(XCHACHA_NONCE_BYTES);
  const context = headerContext(FORMAT, cost);
  const inner = concat(nonce, xchachaSeal(wrappingKey(password, salt, cost), nonce, context, profileKey));
  const iv = owned(randomBytes(IV_BYTES));
  const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: owned(context) }, browserKey, owned(inner));
  return { format: FORMAT, ...cost, salt, iv, wrapped: new Uint8Array(wrapped), browserKey };
}

/** The profile key. Throws WrongPassword, ProfileUnsupported, ProfileDamaged. */
export async function unwrap(header: Header, password: string): Promise<Uint8Array> {
  if (header.format !== FORMAT) throw new ProfileUnsupported({ found: header.format, supported: FORMAT });
  const context = headerContext(header.format, header);
  const inner = await openWithBrowserKey(header, context);
  try {
    const key = wrappingKey(password, header.salt, header);
    return xchachaOpen(key, inner.slice(0, XCHACHA_NONCE_BYTES), context, inner.slice(XCHACHA_NONCE_BYTES));
  } catch (error) {
    if (!(error instanceof OpenFailed)) throw error;
    throw new WrongPassword();
  }
}

async function openWithBrowserKey(header: Header, context: Uint8Array): Promise<Uint8Array> {
  const options = { name: "AES-GCM", iv: header.iv, additionalData: owned(context) };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(options, header.browserKey, header.wrapped));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new ProfileDamaged({ table: "header" });
  }
}

function wrappingKey(password: string, salt: Uint8Array, cost: PasswordCost): Uint8Array {
  // Keyboards differ in how they compose.
  return argon2id(utf8(password.normalize("NFC")), salt, { ...cost, length: KEY_BYTES });
}

function headerContext(format: number, cost: PasswordCost): Uint8Array {
  const memory = [Math.floor(cost.memoryBytes / 2 ** 32), cost.memoryBytes % 2 ** 32] as const;
  return concat(utf8("CENcomm profile"), uint(format, 2), uint(cost.opsLimit, 4), uint(memory[0], 4), uint(memory[1], 4));
}

/** A copy that WebCrypto takes: bytes over an ArrayBuffer of their own. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
