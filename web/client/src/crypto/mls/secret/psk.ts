/** Pre-shared keys: external ones and those of earlier epochs, folded into one secret (RFC 9420 §8.4). */

import { concat, toHex, uint } from "../../bytes.ts";
import { expandWithLabel } from "../../labels.ts";
import { HASH_BYTES, Secret, hkdfExtract } from "../../primitives.ts";
import { type PreSharedKeyId, PskType } from "../public/proposals.ts";
import { NO_PSK_SECRET, type PskSecret } from "./key_schedule.ts";
import { refuse } from "./validation.ts";

const NO_SALT = new Uint8Array(HASH_BYTES);

/** The pre-shared keys that the caller holds: external by id, resumption by group id and epoch. */
export class Psks {
  readonly #external: ReadonlyMap<string, Secret>;
  readonly #resumption: ReadonlyMap<string, Secret>;

  /** `external` by the hexadecimal id. */
  constructor(external: ReadonlyMap<string, Secret> = new Map(), resumption: ReadonlyMap<string, Secret> = new Map()) {
    this.#external = external;
    this.#resumption = resumption;
  }

  /** Throws `MlsError` V430 if we do not hold it. */
  find({ key }: PreSharedKeyId): Secret {
    const found =
      key.pskType === PskType.EXTERNAL
        ? this.#external.get(toHex(key.pskId))
        : this.#resumption.get(epochName(key.groupId, key.epoch));
    if (found === undefined) throw refuse("V430");
    return found;
  }

  withResumption(groupId: Uint8Array, epoch: number, psk: Secret): Psks {
    return new Psks(this.#external, new Map(this.#resumption).set(epochName(groupId, epoch), psk));
  }
}

function epochName(groupId: Uint8Array, epoch: number): string {
  return `${toHex(groupId)}/${epoch}`;
}

export const NO_PSKS = new Psks();

/**
 * The psk_secret of a commit or welcome, its keys folded in their order (§8.4).
 *
 * Throws `MlsError`: a nonce of the wrong length (V431), a key named twice (V432) or one that we do not hold (V430).
 */
export function pskSecret(ids: readonly PreSharedKeyId[], psks: Psks): PskSecret {
  if (ids.some(({ nonce }) => nonce.length !== HASH_BYTES)) throw refuse("V431");
  const names = ids.map((id) => id.encode());
  if (new Set(names.map(toHex)).size !== names.length) throw refuse("V432");
  let secret: Uint8Array = NO_PSK_SECRET;
  ids.forEach((id, index) => {
    const label = concat(names[index]!, uint(index, 2), uint(ids.length, 2));
    const folded = expandWithLabel(hkdfExtract(NO_SALT, psks.find(id)), "derived psk", label, HASH_BYTES);
    secret = hkdfExtract(folded, secret);
  });
  return new Secret<"psk">(secret);
}
