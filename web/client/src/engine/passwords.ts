/** What is made of a password; it takes a while and a lot of memory, so only ever in the worker (PROTOCOL §1.3). */

import { randomBytes } from "../crypto/primitives.ts";
import {
  type AccountKey,
  type FromPassword,
  Kdf,
  type Stretched as StretchedKey,
  type VaultKeys,
  type VaultWraps,
  WrongKey,
  authenticationKey,
  checkKdf,
  openInnerWithPassword,
  openWithPassword,
  stretch,
} from "../crypto/vault.ts";
import { WrongPassword } from "../store/errors.ts";
import type { Deployment, Kdf as KdfSaid } from "../wire/http.ts";
import { WeakPassword } from "./errors.ts";

const SHORTEST = 10;
const SALT_BYTES = 16;

/** A password, stretched under `kdf`. */
export class Stretched {
  readonly kdf: Kdf;
  readonly key: StretchedKey;

  /** Throws KdfRefused. */
  constructor(password: string, kdf: Kdf) {
    checkKdf(kdf);
    this.kdf = kdf;
    this.key = stretch(password, kdf);
  }

  authenticationKey(accountKey: AccountKey): Uint8Array {
    return authenticationKey(this.key, accountKey);
  }

  /** As wraps are made from it. */
  from(accountKey: AccountKey): FromPassword {
    return { kdf: this.kdf, stretched: this.key, accountKey };
  }

  /** Throws WrongPassword. */
  vaultKeys(wraps: VaultWraps, account: string, accountKey: AccountKey): VaultKeys {
    const options = this.from(accountKey);
    try {
      return {
        vaultKey: openWithPassword(wraps, account, options),
        innerKey: openInnerWithPassword(wraps, account, options),
      };
    } catch (error) {
      if (!(error instanceof WrongKey)) throw error;
      throw new WrongPassword();
    }
  }
}

/** Throws WeakPassword. */
export function requireStrength(password: string): void {
  if ([...password].length < SHORTEST) throw new WeakPassword({ shortest: SHORTEST });
}

/** A fresh salt with the deployment's parameters; `Stretched` holds them against the floor. */
export function newKdf(deployment: Deployment): Kdf {
  return new Kdf(randomBytes(SALT_BYTES), deployment.kdfOpsLimit, deployment.kdfMemoryBytes);
}

export function kdfOf(said: KdfSaid): Kdf {
  return new Kdf(said.salt, said.opsLimit, said.memoryBytes);
}
