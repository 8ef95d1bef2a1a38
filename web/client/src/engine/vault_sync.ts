/** The account's vault: every content key and how far the log was verified, for this officer's other devices (§1.3). */

import { toHex } from "../crypto/bytes.ts";
import type { Profile } from "../store/profile.ts";
import type { Transaction } from "../store/transaction.ts";
import type { StoredVaultItem } from "../wire/http.ts";
import { changeAccount, readAccount } from "./account_row.ts";
import type { CugEngine } from "./engine.ts";
import type { Api } from "./http.ts";
import { ID_BYTES } from "./ids.ts";
import { type SaidKey, learnKeys } from "./keys.ts";
import { type AccountRow, CHECKPOINT, type CheckpointRow, KEY, epochKey, packRow, readNumber, tables, unpackRow } from "./model.ts";
import { type Kept, innerItem, isInner, openKept, openSealedInner, sealKept } from "./vault_items.ts";

const ITEMS_AT_ONCE = 100;

/** By the cug_id's name (hexadecimal). */
export type Engines = ReadonlyMap<string, CugEngine>;

/** The inner envelope of an enrolment goes into the vault; the same bytes again are harmless. */
export async function uploadInner(api: Api, profile: Profile): Promise<void> {
  const account = await readAccount(profile);
  if (account.innerEnvelope.length === 0 || account.innerUploaded) return;
  await api.appendVaultItems([innerItem(account)]);
  await changeAccount(profile, { innerUploaded: true });
}

/** Merge what other devices of the account have put there. */
export async function pullVault(api: Api, profile: Profile, engines: Engines): Promise<void> {
  let account = await readAccount(profile);
  if (!(await reaches(api, account.vaultPosition))) {
    account = await startOver(profile, engines);
    await uploadInner(api, profile);
  }
  for await (const stored of api.vaultItems(account.vaultPosition)) {
    if (isInner(stored)) {
      await takeInner(profile, stored);
    } else {
      const kept = openKept(account.vaultKey, account.account, stored);
      await take(profile, engines.get(toHex(kept.cugId)), kept);
    }
    await changeAccount(profile, { vaultPosition: stored.position });
  }
}

/** Whether the vault still has the last item that was read: a server that was restored has fewer. */
async function reaches(api: Api, position: number): Promise<boolean> {
  if (position === 0) return true;
  for await (const stored of api.vaultItems(position - 1)) return stored.position === position;
  return false;
}

/** All is read again and all of ours saved again: what is there already is there twice, and harmless. */
async function startOver(profile: Profile, engines: Engines): Promise<AccountRow> {
  for (const engine of engines.values()) {
    await engine.changing(async (tx) => {
      const table = tables.contentKeys(engine.cugId);
      for (const stored of await tx.rows(table)) tx.put(table, stored.key, packRow({ ...unpackRow(KEY, stored.value), inVault: false }));
    });
  }
  return await changeAccount(profile, { vaultPosition: 0, innerUploaded: false });
}

async function takeInner(profile: Profile, stored: StoredVaultItem): Promise<void> {
  const account = await readAccount(profile);
  if (stored.version <= account.innerVersion) return;
  const sealed = openSealedInner(account.vaultKey, account.account, stored);
  await changeAccount(profile, { innerEnvelope: sealed.item, innerVersion: sealed.version, innerUploaded: true });
}

async function take(profile: Profile, engine: CugEngine | undefined, kept: Kept): Promise<void> {
  await engine?.changing((tx) => learnKeys(engine.memory, tx, kept.keys, "vault", true));
  await profile.transaction(async (tx) => {
    if (engine === undefined) {
      for (const { groupId, epoch, key } of kept.keys) {
        const row = { ...KEY, key, inVault: true, proven: false };
        tx.put(tables.contentKeys(kept.cugId), epochKey(groupId, epoch), packRow(row));
      }
    }
    if (kept.checkpoint !== null) await takeCheckpoint(tx, kept.checkpoint);
  });
}

async function takeCheckpoint(tx: Transaction, said: CheckpointRow): Promise<void> {
  const data = await tx.get(tables.vault, said.cugId);
  if (data === null || unpackRow(CHECKPOINT, data).headN < said.headN) tx.put(tables.vault, said.cugId, packRow(said));
}

/** Append the keys that the vault does not have, with a checkpoint of each CUG. */
export async function pushVault(api: Api, profile: Profile, engines: Engines): Promise<void> {
  const { vaultKey, account } = await readAccount(profile);
  const waiting: { engine: CugEngine; kept: Kept }[] = [];
  for (const engine of engines.values()) {
    const kept = await unsaved(engine);
    if (kept.keys.length > 0) waiting.push({ engine, kept });
  }
  for (let start = 0; start < waiting.length; start += ITEMS_AT_ONCE) {
    const some = waiting.slice(start, start + ITEMS_AT_ONCE);
    await api.appendVaultItems(some.map(({ kept }) => sealKept(vaultKey, account, kept)));
    for (const { engine, kept } of some) await mark(engine, kept.keys);
  }
}

async function unsaved(engine: CugEngine): Promise<Kept> {
  const tx = await engine.reading();
  const { row } = engine.memory;
  const keys: SaidKey[] = [];
  for (const stored of await tx.rows(tables.contentKeys(engine.cugId))) {
    const { key, inVault } = unpackRow(KEY, stored.value);
    const groupId = stored.key.slice(0, ID_BYTES);
    const epoch = readNumber(stored.key.slice(ID_BYTES));
    const made = await engine.memory.epoch(tx, groupId, epoch);
    if (!inVault && made !== null && made.history !== "none") keys.push({ groupId, epoch, key });
  }
  const checkpoint = { cugId: engine.cugId, headN: row.headN, headHash: row.headHash, groupId: row.groupId, epoch: row.epoch };
  return { cugId: engine.cugId, keys, checkpoint };
}

async function mark(engine: CugEngine, keys: readonly SaidKey[]): Promise<void> {
  await engine.changing(async (tx) => {
    for (const { groupId, epoch, key } of keys) {
      if ((await engine.memory.contentKey(tx, groupId, epoch)) === null) continue;
      engine.memory.putKey(tx, groupId, epoch, { ...KEY, key, inVault: true });
    }
  });
}
