/**
 * Archive seals: each epoch's content key for those who may extract, the same from every member (PROTOCOL §4.1).
 *
 * A seal is HPKE (RFC 9180, base mode) to an archive key of the roster. Its ephemeral key comes from the epoch's
 * exporter, so every member computes the same bytes, compares them with what the committer uploaded, and puts a wrong
 * one right.
 */

import { concat, equal, toHex } from "./bytes.ts";
import { keyId } from "./certificates.ts";
import { DomainError } from "./errors.ts";
import * as hpke from "./hpke.ts";
import { Struct } from "./mls/public/struct.ts";
import {
  BadPublicKey,
  DEFAULT_SUITE,
  HASH_BYTES,
  KEY_BYTES,
  OpenFailed,
  type Random,
  Secret,
  TAG_BYTES,
  randomBytes,
  sha256,
  x25519Public,
} from "./primitives.ts";
import { type Reader, Writer } from "./tls.ts";

export const LABEL = "CENcomm archive v1";
const SEALED_BYTES = KEY_BYTES + TAG_BYTES;
const NOTHING = new Uint8Array();

/** MLS-Exporter of one epoch. */
export type Exporter = (label: string, context: Uint8Array, length: number) => Secret;

/** K_e: opens the records of one epoch. */
export type ContentKey = Secret<"content">;

/** A seal that does not open, or is for another key; garbage, if the commit's author made it. */
export class SealInvalid extends DomainError {
  constructor(reason: string, epoch: number) {
    super("archive.seal_invalid", { reason, epoch });
  }
}

/** The X25519 key pair of one who may extract; lies in the inner envelope of the vault. */
export interface ArchivePrivate {
  readonly publicKey: Uint8Array;
  readonly privateKey: Secret<"archive">;
}

export function newArchiveKey(random: Random = randomBytes): ArchivePrivate {
  const privateKey = new Secret<"archive">(random(KEY_BYTES));
  return { publicKey: x25519Public(privateKey), privateKey };
}

/** One epoch's content key for one archive key. */
export class ArchiveSeal extends Struct {
  constructor(
    readonly archiveKeyId: Uint8Array,
    readonly kemOutput: Uint8Array,
    readonly ciphertext: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return concat(this.archiveKeyId, this.kemOutput, this.ciphertext);
  }

  static read(reader: Reader): ArchiveSeal {
    return new ArchiveSeal(reader.raw(HASH_BYTES), reader.raw(KEY_BYTES), reader.raw(SEALED_BYTES));
  }
}

function infoOf(groupId: Uint8Array, epoch: number, archiveKey: Uint8Array): Uint8Array {
  return new Writer().text(LABEL).raw(groupId).u64(epoch).raw(archiveKey).bytes();
}

export interface SealedEpoch {
  readonly groupId: Uint8Array;
  readonly epoch: number;
}

/**
 * The seals that come with the commit that makes `epoch`; deterministic, in the order of `archiveKeys`.
 *
 * `exporter` is that of `epoch`; `archiveKeys` those of the `CencommGroup` as of `epoch` (none under policy `none`).
 */
export function sealsFor(
  exporter: Exporter,
  { epoch, groupId }: SealedEpoch,
  contentKey: ContentKey,
  archiveKeys: readonly Uint8Array[],
): readonly ArchiveSeal[] {
  return archiveKeys.map((archiveKey) => {
    const ikmE = exporter(LABEL, concat(groupId, sha256(archiveKey)), KEY_BYTES);
    const info = infoOf(groupId, epoch, archiveKey);
    const sealed = hpke.seal(DEFAULT_SUITE, archiveKey, info, NOTHING, contentKey, { ikmE });
    return new ArchiveSeal(keyId(archiveKey), sealed.kemOutput, sealed.ciphertext);
  });
}

/** The content key. Check it against the `keyId` of a record before use. Throws SealInvalid. */
export function openSeal(seal: ArchiveSeal, archive: ArchivePrivate, { epoch, groupId }: SealedEpoch): ContentKey {
  const { privateKey, publicKey } = archive;
  if (!equal(seal.archiveKeyId, keyId(publicKey))) throw new SealInvalid("other_key", epoch);
  const info = infoOf(groupId, epoch, publicKey);
  try {
    return new Secret<"content">(hpke.open(DEFAULT_SUITE, seal, privateKey, info, NOTHING, { publicKey }));
  } catch (error) {
    if (error instanceof OpenFailed || error instanceof BadPublicKey) throw new SealInvalid("does_not_open", epoch);
    throw error;
  }
}

/** The archive key ids whose expected seal is absent from `given`: each needs a SealBody. */
export function checkSeals(expected: readonly ArchiveSeal[], given: readonly ArchiveSeal[]): readonly Uint8Array[] {
  const present = new Set(given.map((seal) => toHex(seal.encode())));
  return expected.filter((seal) => !present.has(toHex(seal.encode()))).map(({ archiveKeyId }) => archiveKeyId);
}
