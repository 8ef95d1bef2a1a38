/** What lies in the vault: immutable items, and in one of them the inner envelope (PROTOCOL §1.3, §1.4). */

import { equal } from "./bytes.ts";
import type { ArchivePrivate } from "./archive.ts";
import { DomainError } from "./errors.ts";
import { ID_BYTES } from "./ids.ts";
import { Struct } from "./mls/public/struct.ts";
import { KEY_BYTES, OpenFailed, type Random, Secret, randomBytes } from "./primitives.ts";
import { Sealed, openSealed, seal, unwrap } from "./sealed.ts";
import { DecodeError, type Reader, Writer } from "./tls.ts";

const VERSION = 1;
const MAX_ARCHIVE_KEYS = 10_000;

/** A vault item that is not what it is stored as: of another account, id or version, or altered. */
export class ItemInvalid extends DomainError {
  constructor(version: number) {
    super("vault.item_invalid", { version });
  }
}

/** Where an item stands: it opens there and nowhere else. */
export interface ItemPlace {
  readonly account: string;
  /** 16 bytes. */
  readonly itemId: Uint8Array;
  readonly version: number;
}

/** One immutable entry; item id and version together are written once. */
export class VaultItem extends Struct {
  constructor(
    readonly itemId: Uint8Array,
    readonly version: number,
    readonly sealed: Sealed,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().u16(VERSION).raw(this.itemId).u64(this.version).raw(this.sealed.encode()).bytes();
  }

  static read(reader: Reader): VaultItem {
    if (reader.u16() !== VERSION) throw new DecodeError("vault_version");
    return new VaultItem(reader.raw(ID_BYTES), reader.safeU64(), Sealed.read(reader));
  }
}

function itemContext({ account, itemId, version }: ItemPlace): Uint8Array {
  return new Writer().text("CENcomm vault item").text(account).raw(itemId).u64(version).bytes();
}

/** `plaintext` sealed for this account, id and version, and no other. */
export function sealItem(
  vaultKey: Secret<"vault">,
  place: ItemPlace,
  plaintext: Uint8Array,
  random: Random = randomBytes,
): VaultItem {
  return new VaultItem(place.itemId, place.version, seal(vaultKey, itemContext(place), plaintext, random));
}

/** The plaintext of what was asked for. Throws ItemInvalid if the server gave something else. */
export function openItem(vaultKey: Secret<"vault">, item: VaultItem, place: ItemPlace): Secret {
  const { itemId, version } = place;
  if (!equal(item.itemId, itemId) || item.version !== version) throw new ItemInvalid(version);
  try {
    return openSealed(vaultKey, itemContext(place), item.sealed);
  } catch (error) {
    if (error instanceof OpenFailed) throw new ItemInvalid(version);
    throw error;
  }
}

// ---------------------------------------------------------------- the inner envelope

/** The officer's (or NCP's) identity key and the archive keys of his CUGs; opened, used, dropped. */
export class InnerEnvelope extends Struct {
  constructor(
    readonly identitySeed: Secret<"identity">,
    readonly archiveKeys: readonly ArchivePrivate[] = [],
  ) {
    super();
  }

  encode(): Secret {
    const writer = new Writer().u16(VERSION).raw(this.identitySeed);
    const written = writer.vectorOf(this.archiveKeys, ({ privateKey, publicKey }) =>
      new Writer().raw(publicKey).raw(privateKey).bytes(),
    );
    return new Secret(written.bytes());
  }

  static read(reader: Reader): InnerEnvelope {
    if (reader.u16() !== VERSION) throw new DecodeError("envelope_version");
    const identitySeed = new Secret<"identity">(reader.raw(KEY_BYTES));
    return new InnerEnvelope(identitySeed, reader.vectorOf(readArchive, MAX_ARCHIVE_KEYS));
  }
}

function readArchive(reader: Reader): ArchivePrivate {
  return { publicKey: reader.raw(KEY_BYTES), privateKey: new Secret<"archive">(reader.raw(KEY_BYTES)) };
}

/** Whose envelope it is, and which edition of it. */
export interface EnvelopePlace {
  readonly account: string;
  readonly version: number;
}

function innerContext({ account, version }: EnvelopePlace): Uint8Array {
  return new Writer().text("CENcomm inner envelope").text(account).u64(version).bytes();
}

/** The envelope as it is stored (as a vault item's plaintext): a second lock inside the first. */
export function sealInner(
  innerKey: Secret<"inner">,
  envelope: InnerEnvelope,
  place: EnvelopePlace,
  random: Random = randomBytes,
): Uint8Array {
  return seal(innerKey, innerContext(place), envelope.encode(), random).encode();
}

/** Throws WrongKey or DecodeError. */
export function openInner(innerKey: Secret<"inner">, sealed: Uint8Array, place: EnvelopePlace): InnerEnvelope {
  return InnerEnvelope.decode(unwrap(innerKey, innerContext(place), Sealed.decode(sealed)));
}
