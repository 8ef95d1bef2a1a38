/**
 * Group starts and commits as they come: public checks, own MLS state, content key, archive seals (PROTOCOL §2, §4.1).
 *
 *     public checks fail    the server let through what no honest one does: refused, told, and the group stands still here
 *     hidden parts fail     the public group goes on; this device says so (Rejection) and joins again
 */

import { equal } from "../crypto/bytes.ts";
import type { DomainError } from "../crypto/errors.ts";
import { CommitBody, GroupStart, Rejection } from "../crypto/events.ts";
import { type PublicGroup, type StagedCommit, publicGroupFromGroupInfo, stageCommit } from "../crypto/mls/public/group.ts";
import { same } from "../crypto/mls/public/struct.ts";
import { MlsError } from "../crypto/mls/public/validation.ts";
import { processCommit } from "../crypto/mls/secret/commit.ts";
import { GroupState } from "../crypto/mls/secret/group.ts";
import { RemovedFromGroup } from "../crypto/mls/secret/validation.ts";
import { type Judged, identityChanged, judgeCommit, judgeStart } from "../crypto/policy.ts";
import { CryptoError } from "../crypto/primitives.ts";
import { DecodeError } from "../crypto/tls.ts";
import type { Transaction } from "../store/transaction.ts";
import { EventKind, type LogEvent } from "../wire/frames.ts";
import { enterEpoch } from "./epochs.ts";
import { EventRefused } from "./errors.ts";
import { shareHistory } from "./history.ts";
import { newId, officerOf } from "./ids.ts";
import type { Memory } from "./memory.ts";
import { ITEM, type ItemRow, type MembersChanged } from "./model.ts";
import { compareSeen } from "./seen.ts";

const NOBODY: MembersChanged = { added: [], removed: [], roles: [], identityChanged: [], devicesAdded: [], devicesRemoved: [] };

/**
 * The first group of the CUG, or a successor of the newest one.
 *
 * Throws DecodeError, MlsError, PolicyRefused, EventRefused: nothing of it counts.
 */
export async function applyStart(memory: Memory, tx: Transaction, event: LogEvent): Promise<ItemRow> {
  const body = GroupStart.decode(event.body);
  const group = publicGroupFromGroupInfo(body.groupInfo);
  if (!equal(group.groupId, body.groupId)) throw new EventRefused({ reason: "other_group" });
  const before = memory.group;
  const judged = judgeStart(group, memory.device.trust, {
    predecessor: before,
    lastTimeMs: memory.row.commitTimeMs,
    rejectedBy: memory.row.rejectedBy,
  });
  const after = judged.after;
  if (!equal(after.cugId, memory.cugId)) throw new EventRefused({ reason: "other_group" });
  if (judged.committer !== event.sender) throw new EventRefused({ reason: "other_sender" });
  if (before === null) memory.change({ openedMs: event.serverTime });
  memory.setGroup(group);
  memory.setSecret(mergePending(memory, tx, event, group));
  memory.change({ broken: "", rejectedBy: [], commitHash: new Uint8Array(), commitTimeMs: judged.timeMs });
  await enterEpoch(memory, tx, event, after, body.seals);
  if (memory.secret !== null) noteJoined(memory, tx, event, false);
  else if (before !== null && after.entry(memory.device.officerId) !== null) memory.effects.push({ effect: "join" });
  const added = before === null ? after.roster.map((entry) => entry.officerId) : [];
  return itemOf(event, group, "group", { ...NOBODY, added });
}

/**
 * A commit, in the order of the log.
 *
 * Throws DecodeError, MlsError, PolicyRefused, EventRefused: its public parts are not valid; nothing of it counts.
 */
export async function applyCommit(memory: Memory, tx: Transaction, event: LogEvent): Promise<ItemRow | null> {
  const body = CommitBody.decode(event.body);
  const before = memory.group;
  if (before === null || before.epoch !== body.epoch || !equal(before.groupId, body.groupId)) {
    throw new EventRefused({ reason: "other_epoch", epoch: body.epoch });
  }
  const staged = stageCommit(before, body.mlsMessage);
  const judged = judgeCommit(before, staged, memory.device.trust, memory.row.commitTimeMs);
  if (judged.committer !== event.sender) throw new EventRefused({ reason: "other_sender" });
  const group = staged.next();
  await compareSeen(memory, tx, event, judged.seen);
  for (const officer of identityChanged(judged)) memory.alarm(tx, "identity_changed", { officer }, event.seq);
  memory.change({ commitTimeMs: judged.timeMs, commitHash: body.commitHash, rejectedBy: [] });
  memory.setGroup(group);
  const ours = memory.pending?.kind === "commit" && equal(memory.pending.clientRef, event.clientRef);
  follow(memory, tx, event, body, staged, group);
  if (memory.secret !== null) memory.group = memory.secret.public; // one tree in memory, not two
  await enterEpoch(memory, tx, event, judged.after, body.seals);
  noteStanding(memory, tx, event, judged);
  const changed = membersChanged(judged);
  if (ours && memory.secret !== null && changed !== null && changed.added.length + changed.roles.length > 0) {
    await shareHistory(memory, tx);
  }
  return changed === null ? null : itemOf(event, group, "members", changed);
}

/** Bring the own MLS state to the epoch that the commit made. */
function follow(memory: Memory, tx: Transaction, event: LogEvent, body: CommitBody, staged: StagedCommit, group: PublicGroup): void {
  const secret = memory.secret;
  const mine = mergePending(memory, tx, event, group);
  if (mine !== null) {
    memory.setSecret(mine);
    memory.change({ broken: "", leafAtMs: event.serverTime });
    if (secret === null) noteJoined(memory, tx, event, true);
  } else if (secret !== null) {
    processOthers(memory, tx, event, body, staged, secret);
  } else if (memory.welcome !== null && sameEpoch(memory.welcome, group)) {
    adoptWelcome(memory, tx, event, group, memory.welcome);
  }
}

function processOthers(memory: Memory, tx: Transaction, event: LogEvent, body: CommitBody, staged: StagedCommit, secret: GroupState): void {
  try {
    memory.setSecret(processCommit(secret, staged));
  } catch (error) {
    if (error instanceof RemovedFromGroup) {
      memory.setSecret(null);
    } else if (error instanceof MlsError || error instanceof CryptoError || error instanceof DecodeError) {
      reject(memory, tx, body, error, secret);
      memory.alarm(tx, "commit_broken", { sender: event.sender, reason: error.code }, event.seq);
    } else throw error;
  }
}

/** Say, signed, that the hidden parts of a commit do not work here; the device is outside the new epoch. */
function reject(memory: Memory, tx: Transaction, body: CommitBody, error: DomainError, secret: GroupState): void {
  memory.setSecret(null);
  memory.change({ broken: error.code });
  const rejection = new Rejection(body.groupId, body.epoch, body.commitHash, error.code).signed(secret.signatureSeed);
  memory.outbox.add(tx, EventKind.REJECTION, { clientRef: newId(), body: rejection.encode() });
  memory.effects.push({ effect: "join" });
}

/** The replay has reached the epoch of the Welcome: both must tell of the same past (PROTOCOL §2.5). */
function adoptWelcome(memory: Memory, tx: Transaction, event: LogEvent, group: PublicGroup, welcome: GroupState): void {
  memory.setWelcome(null);
  if (!same(welcome.public.context, group.context)) {
    memory.alarm(tx, "fork", { epoch: group.epoch }, event.seq);
    return;
  }
  memory.setSecret(welcome);
  noteJoined(memory, tx, event, false);
}

function noteJoined(memory: Memory, tx: Transaction, event: LogEvent, external: boolean): void {
  if (memory.welcome !== null) memory.setWelcome(null);
  memory.change({
    joinedSeq: event.seq,
    joinAtMs: event.serverTime,
    leafAtMs: event.serverTime,
    removedSeq: 0,
    broken: "",
    confirmed: !external,
    // What was said before him is history for a newcomer, not news; nor is what he has read ahead of the replay.
    ...(memory.row.joinedSeq === 0 ? { readSeq: Math.max(memory.row.readSeq, event.seq), unread: 0, mentioned: false } : {}),
  });
  if (external) memory.alarm(tx, "not_confirmed", {}, event.seq);
}

function noteStanding(memory: Memory, tx: Transaction, event: LogEvent, judged: Judged): void {
  const own = memory.device.officerId;
  const was = judged.before.entry(own);
  const now = judged.after.entry(own);
  if (was !== null && now === null) {
    memory.setSecret(null);
    memory.setWelcome(null);
    memory.putPending(tx, null);
    memory.outbox.end(tx, "client.not_member");
    memory.change({ removedSeq: event.seq });
  } else if (now !== null && was === null) {
    memory.change({ removedSeq: 0 });
  } else if (now !== null && judged.removed.includes(memory.device.deviceId) && memory.secret === null) {
    memory.effects.push({ effect: "join" });
  }
}

/** Our own handshake came back: its state, prepared before the upload. Any other ends ours of the same epoch. */
function mergePending(memory: Memory, tx: Transaction, event: LogEvent, group: PublicGroup): GroupState | null {
  const pending = memory.pending;
  if (pending === null) return null;
  const mine =
    event.sender === memory.device.deviceId && equal(event.clientRef, pending.clientRef) && equal(event.body, pending.body);
  const state = mine ? GroupState.decode(pending.secret) : null;
  if (mine || pending.kind !== "start" || memory.row.headN === 0) memory.putPending(tx, null);
  return state !== null && same(state.public.context, group.context) ? state : null;
}

function sameEpoch(state: GroupState, group: PublicGroup): boolean {
  return state.epoch === group.epoch && equal(state.groupId, group.groupId);
}

/** What a commit changed, in officers and devices; null for a mere renewal of keys. */
export function membersChanged(judged: Judged): MembersChanged | null {
  const before = new Map(judged.before.roster.map((entry) => [entry.officerId, entry]));
  const after = new Map(judged.after.roster.map((entry) => [entry.officerId, entry]));
  const both = [...after.values()].filter((entry) => before.has(entry.officerId));
  const ofMembers = (devices: readonly string[], others: readonly string[]) =>
    sorted(devices.filter((device) => !others.includes(device) && before.has(officerOf(device)) && after.has(officerOf(device))));
  const changed: MembersChanged = {
    added: sorted([...after.keys()].filter((name) => !before.has(name))),
    removed: sorted([...before.keys()].filter((name) => !after.has(name))),
    roles: both
      .filter((entry) => before.get(entry.officerId)?.role !== entry.role)
      .map((entry) => [entry.officerId, entry.role] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
    identityChanged: sorted(identityChanged(judged)),
    devicesAdded: ofMembers(judged.added, judged.removed),
    devicesRemoved: ofMembers(judged.removed, judged.added),
  };
  return Object.values(changed).every((list: readonly unknown[]) => list.length === 0) ? null : changed;
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}

function itemOf(event: LogEvent, group: PublicGroup, kind: "group" | "members", members: MembersChanged): ItemRow {
  return {
    ...ITEM,
    seq: event.seq,
    atMs: event.serverTime,
    kind,
    sender: event.sender,
    clientRef: event.clientRef,
    groupId: group.groupId,
    epoch: group.epoch,
    members,
  };
}
