/** Making a handshake: commit, seals, Welcomes and GroupInfo as one frame, written to disk before it goes out (§2.6). */

import type { ArchiveSeal } from "../crypto/archive.ts";
import { CommitBody, GroupStart } from "../crypto/events.ts";
import { CencommGroup, withExtension } from "../crypto/group_context.ts";
import type { Proposal } from "../crypto/mls/public/proposals.ts";
import type { LeafIndex } from "../crypto/mls/public/tree_math.ts";
import { type PendingCommit, createCommit, externalCommit } from "../crypto/mls/secret/commit.ts";
import { type GroupState, createGroup } from "../crypto/mls/secret/group.ts";
import { CommitData } from "../crypto/policy.ts";
import type { Transaction } from "../store/transaction.ts";
import { type ClientFrame, type WelcomeFor, encodeFrame } from "../wire/frames.ts";
import { SUITE, leafIdentity, lifetime } from "./device.ts";
import { contentKeyOf, expectedSeals } from "./epochs.ts";
import { newId } from "./ids.ts";
import type { Memory } from "./memory.ts";
import type { PendingKind, PendingRow } from "./model.ts";

/** A device that a commit adds: for whom the Welcome is kept. */
export interface Invited {
  readonly deviceId: string;
  readonly keyPackageRef: Uint8Array;
}

/** What one try commits: proposals and the devices that they invite. */
export interface Intent {
  readonly proposals: readonly Proposal[];
  readonly invited: readonly Invited[];
}

/** The commit's signed time, never before the last one's, and what its author has seen (PROTOCOL §2.3). */
function commitData(memory: Memory, nowMs: number): Uint8Array {
  return new CommitData(Math.max(nowMs, memory.row.commitTimeMs), memory.head).encode();
}

/** A commit of these proposals, with a path, pending from now on. */
export function makeCommit(memory: Memory, tx: Transaction, secret: GroupState, intent: Intent, nowMs: number): ClientFrame {
  const made = createCommit(secret, intent.proposals, { authenticatedData: commitData(memory, nowMs) });
  return pend(memory, tx, "commit", secret.epoch, made, intent.invited);
}

/** A commit by which this device joins, replacing its own old leaf if it has one. */
export function makeExternalCommit(
  memory: Memory,
  tx: Transaction,
  groupInfo: Uint8Array,
  remove: LeafIndex | null,
  nowMs: number,
): ClientFrame {
  const made = externalCommit(groupInfo, leafIdentity(memory.device), { remove, authenticatedData: commitData(memory, nowMs) });
  return pend(memory, tx, "external", memory.group!.epoch, made, []);
}

/** A new group of which this device is the only member, pending from now on. */
export function makeStart(memory: Memory, tx: Transaction, groupId: Uint8Array, group: CencommGroup, nowMs: number): PendingRow {
  const extensions = withExtension([], group);
  const state = createGroup(SUITE, groupId, leafIdentity(memory.device), lifetime(nowMs), { extensions });
  const body = new GroupStart(groupId, state.groupInfo(), sealsOf(state, group)).encode();
  const clientRef = newId();
  const frame = encodeFrame({ frame: "start_group", cugId: memory.cugId, clientRef, body });
  const row: PendingRow = { clientRef, kind: "start", groupId, epoch: 0, frame, body, secret: state.encode() };
  memory.putPending(tx, row);
  return row;
}

/** The archive seals that go with the epoch of `state`. */
function sealsOf(state: GroupState, group: CencommGroup): readonly ArchiveSeal[] {
  return expectedSeals(state, group, contentKeyOf(state));
}

function pend(
  memory: Memory,
  tx: Transaction,
  kind: PendingKind,
  epoch: number,
  made: PendingCommit,
  invited: readonly Invited[],
): ClientFrame {
  const groupId = made.state.groupId;
  const seals = sealsOf(made.state, CencommGroup.of(made.state.public));
  const body = new CommitBody(groupId, epoch, made.commit, seals).encode();
  const clientRef = newId();
  const welcome = made.welcome;
  const welcomes: WelcomeFor[] = welcome === null ? [] : invited.map((guest) => ({ ...guest, welcome }));
  const frame: ClientFrame = { frame: "commit", cugId: memory.cugId, clientRef, body, groupInfo: made.groupInfo, welcomes };
  memory.putPending(tx, { clientRef, kind, groupId, epoch, frame: encodeFrame(frame), body, secret: made.state.encode() });
  return frame;
}
