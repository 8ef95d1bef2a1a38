/** Entering an epoch: tree, context hash and content key are kept, the archive seals checked (PROTOCOL §3.1, §4.1). */

import { equal, utf8 } from "../crypto/bytes.ts";
import { type ArchiveSeal, type ContentKey, checkSeals, sealsFor } from "../crypto/archive.ts";
import { keyId } from "../crypto/certificates.ts";
import type { CencommGroup } from "../crypto/group_context.ts";
import type { PublicGroup } from "../crypto/mls/public/group.ts";
import type { GroupState } from "../crypto/mls/secret/group.ts";
import { chainOf } from "../crypto/policy.ts";
import { contentKey } from "../crypto/records.ts";
import type { Transaction } from "../store/transaction.ts";
import type { LogEvent } from "../wire/frames.ts";
import type { Memory } from "./memory.ts";
import { type EpochRow, KEY, type LeafView, OFFICER, epochKey, packRow, tables, unpackRow } from "./model.ts";

/** Under history policy `none` clients delete content keys after a few epochs (PROTOCOL §4.2). */
const KEYS_KEPT_WITHOUT_HISTORY = 3;

/** Keep what verifying and opening the records of the new epoch needs. */
export async function enterEpoch(
  memory: Memory,
  tx: Transaction,
  event: LogEvent,
  after: CencommGroup,
  seals: readonly ArchiveSeal[],
): Promise<void> {
  const group = memory.group!;
  const { groupId, epoch } = group;
  memory.change({ groupId, epoch, epochAtMs: event.serverTime, role: after.entry(memory.device.officerId)?.role ?? "" });
  memory.putEpoch(tx, epochRow(group, after, event));
  await rememberOfficers(memory, tx, event, group);
  keepOwnSeal(memory, tx, groupId, epoch, seals);
  if (memory.secret !== null) checkEpochSeals(memory, tx, event, after, seals, memory.secret);
  if (after.history === "none") await dropOldKeys(memory, tx);
}

function checkEpochSeals(
  memory: Memory,
  tx: Transaction,
  event: LogEvent,
  after: CencommGroup,
  seals: readonly ArchiveSeal[],
  secret: GroupState,
): void {
  const { groupId, epoch } = secret;
  const key = contentKeyOf(secret);
  memory.putKey(tx, groupId, epoch, { ...KEY, key });
  memory.effects.push({ effect: "save_to_vault" });
  const expected = expectedSeals(secret, after, key);
  const wrong = checkSeals(expected, seals);
  if (wrong.length === 0) return;
  memory.alarm(tx, "seal_wrong", { sender: event.sender, epoch }, event.seq);
  const right = expected.filter((seal) => wrong.some((id) => equal(id, seal.archiveKeyId)));
  memory.effects.push({ effect: "correct_seals", groupId, epoch, seals: right });
}

/** What verifying a record of the epoch of `group` needs; `event` made it. */
export function epochRow(group: PublicGroup, after: CencommGroup, event: Pick<LogEvent, "seq" | "serverTime">): EpochRow {
  const roles = new Map(after.roster.map((entry) => [entry.officerId, entry.role]));
  const leaves = [...group.tree.leaves()].map(([index, leaf]): readonly [number, LeafView] => {
    const chain = chainOf(leaf);
    const validUntilS = Math.min(...chain.certificates.map((certificate) => certificate.notAfterS));
    const role = roles.get(chain.officerId) ?? "";
    return [index, { deviceId: chain.deviceId, signatureKey: leaf.signatureKey, role, validUntilS }];
  });
  return {
    groupId: group.groupId,
    epoch: group.epoch,
    contextHash: group.contextHash(),
    leaves,
    history: after.history,
    madeSeq: event.seq,
    madeAtMs: event.serverTime,
  };
}

/** K_e of the epoch of `state`. */
export function contentKeyOf(state: GroupState): ContentKey {
  return contentKey((label, context, length) => state.export(label, context, length), state.groupId);
}

/** The archive seals that must come with the epoch of `state` (PROTOCOL §4.1). */
export function expectedSeals(state: GroupState, group: CencommGroup, key: ContentKey): readonly ArchiveSeal[] {
  return sealsFor((label, context, length) => state.export(label, context, length), state, key, group.archiveKeys);
}

/** Names and identity keys out of verified chains: an officer who comes back with another key is noticed. */
async function rememberOfficers(memory: Memory, tx: Transaction, event: LogEvent, group: PublicGroup): Promise<void> {
  for (const [, leaf] of group.tree.leaves()) {
    const chain = chainOf(leaf);
    const row = { displayName: chain.officer.displayName, identityKey: chain.identityKey };
    const known = memory.officers.get(chain.officerId);
    if (known !== undefined && known.displayName === row.displayName && equal(known.identityKey, row.identityKey)) continue;
    memory.officers.set(chain.officerId, row);
    const data = await tx.get(tables.officers, utf8(chain.officerId));
    if (data !== null && !equal(unpackRow(OFFICER, data).identityKey, row.identityKey)) {
      memory.alarm(tx, "identity_changed", { officer: chain.officerId }, event.seq);
    }
    tx.put(tables.officers, utf8(chain.officerId), packRow(row));
  }
}

function keepOwnSeal(memory: Memory, tx: Transaction, groupId: Uint8Array, epoch: number, seals: readonly ArchiveSeal[]): void {
  const own = memory.device.archiveKey;
  if (own === null) return;
  const wanted = keyId(own.publicKey);
  for (const seal of seals) {
    if (equal(seal.archiveKeyId, wanted)) tx.put(tables.seals(memory.cugId), epochKey(groupId, epoch), seal.encode());
  }
}

async function dropOldKeys(memory: Memory, tx: Transaction): Promise<void> {
  const epochs = await memory.allEpochs(tx);
  for (const row of epochs.slice(0, -KEYS_KEPT_WITHOUT_HISTORY)) memory.dropKey(tx, row.groupId, row.epoch);
}
