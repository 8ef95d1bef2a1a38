/**
 * What the vault's items say: MessagePack inside `crypto/vault_items` VaultItem, append-only and merged (PROTOCOL §1.3).
 *
 *     the inner envelope   a fixed item id, versions count up: the newest counts
 *     everything else      a fresh item id each, version 1: content keys of epochs, checkpoints; merging is a union
 */

import { equal, utf8 } from "../crypto/bytes.ts";
import { Secret, sha256 } from "../crypto/primitives.ts";
import { DecodeError } from "../crypto/tls.ts";
import { ItemInvalid, VaultItem, openItem, sealItem } from "../crypto/vault.ts";
import { Malformed, pack, unpack } from "../wire/encoding.ts";
import type { StoredVaultItem, VaultItemBody } from "../wire/http.ts";
import { array, bytes, count, field, fields, hash32, id16, listOf, orNull } from "../wire/shape.ts";
import { ServerMisbehaved } from "./errors.ts";
import type { Api } from "./http.ts";
import { ID_BYTES, newId } from "./ids.ts";
import type { SaidKey } from "./keys.ts";
import type { AccountRow, CheckpointRow } from "./model.ts";

export const INNER_ITEM_ID = sha256(utf8("CENcomm inner envelope")).slice(0, ID_BYTES);
const VERSION = 1;

/** One item: of one CUG, content keys and how far this account had verified its log. */
export interface Kept {
  readonly cugId: Uint8Array;
  readonly keys: readonly SaidKey[];
  readonly checkpoint: CheckpointRow | null;
}

/** The newest inner envelope, still sealed under the inner key; `item` as the vault has it. */
export interface SealedInner {
  readonly version: number;
  readonly sealed: Uint8Array;
  readonly item: Uint8Array;
}

/** The inner envelope as the vault stores it. */
export function innerItem({ innerEnvelope, innerVersion }: AccountRow): VaultItemBody {
  return { itemId: INNER_ITEM_ID, version: innerVersion, data: innerEnvelope };
}

export function isInner(stored: VaultItemBody): boolean {
  return equal(stored.itemId, INNER_ITEM_ID);
}

/** As `cencomm.client.vault_items` writes it, so that other devices of the account read it. */
export function encodeKept(kept: Kept): Uint8Array {
  const checkpoint = kept.checkpoint === null ? {} : { checkpoint: plainCheckpoint(kept.checkpoint) };
  const keys = kept.keys.length === 0 ? {} : { keys: kept.keys.map((key) => [key.groupId, key.epoch, key.key]) };
  return pack({ cug_id: kept.cugId, ...keys, ...checkpoint });
}

function plainCheckpoint(row: CheckpointRow): object {
  return { cug_id: row.cugId, head_n: row.headN, head_hash: row.headHash, group_id: row.groupId, epoch: row.epoch };
}

/** Throws Malformed. */
export function decodeKept(data: Uint8Array): Kept {
  const from = fields(unpack(data));
  return {
    cugId: id16(from["cug_id"]),
    keys: field(from, "keys", listOf(readKey), []),
    checkpoint: orNull(readCheckpoint)(from["checkpoint"]),
  };
}

function readKey(value: unknown): SaidKey {
  const [groupId, epoch, key] = array(value, 3);
  return { groupId: id16(groupId), epoch: count(epoch), key: hash32(key) };
}

function readCheckpoint(value: unknown): CheckpointRow {
  const from = fields(value);
  return {
    cugId: id16(from["cug_id"]),
    headN: count(from["head_n"]),
    headHash: bytes(from["head_hash"]),
    groupId: bytes(from["group_id"]),
    epoch: count(from["epoch"]),
  };
}

export function sealKept(vaultKey: Uint8Array, account: string, kept: Kept): VaultItemBody {
  const itemId = newId();
  const item = sealItem(new Secret<"vault">(vaultKey), { account, itemId, version: VERSION }, encodeKept(kept));
  return { itemId, version: VERSION, data: item.encode() };
}

/** Throws ServerMisbehaved unless it is what a device of this account put there. */
export function openKept(vaultKey: Uint8Array, account: string, stored: StoredVaultItem): Kept {
  try {
    return decodeKept(plaintext(vaultKey, account, stored));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new ServerMisbehaved({ reason: "vault_item" });
  }
}

/** The outer lock of an inner envelope. Throws ServerMisbehaved. */
export function openSealedInner(vaultKey: Uint8Array, account: string, stored: StoredVaultItem): SealedInner {
  return { version: stored.version, sealed: plaintext(vaultKey, account, stored), item: stored.data };
}

/** The newest inner envelope in the vault; null where there is none. Throws ServerMisbehaved. */
export async function newestInner(api: Api, vaultKey: Uint8Array, account: string): Promise<SealedInner | null> {
  let newest: StoredVaultItem | null = null;
  for await (const stored of api.vaultItems()) {
    if (isInner(stored) && (newest === null || stored.version > newest.version)) newest = stored;
  }
  return newest === null ? null : openSealedInner(vaultKey, account, newest);
}

function plaintext(vaultKey: Uint8Array, account: string, stored: StoredVaultItem): Uint8Array {
  try {
    const item = VaultItem.decode(stored.data);
    return openItem(new Secret<"vault">(vaultKey), item, { account, itemId: stored.itemId, version: stored.version });
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof ItemInvalid)) throw error;
    throw new ServerMisbehaved({ reason: "vault_item" });
  }
}
