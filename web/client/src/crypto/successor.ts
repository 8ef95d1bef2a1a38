/**
 * Successor groups: how a CUG goes on when a group cannot (PROTOCOL §2.1).
 *
 * A commit with broken hidden parts passes every public check and freezes the group. The successor names its
 * predecessor's last epoch and transcript hash and takes over its latest roster; everybody in the roster joins it by
 * Welcome or by external commit. An organiser may start one at any time, any member after rejections by two officers of
 * one and the same commit.
 */

import { equal, equalLists } from "./bytes.ts";
import { DomainError } from "./errors.ts";
import { CencommGroup, Predecessor } from "./group_context.ts";
import type { PublicGroup } from "./mls/public/group.ts";
import { type Encodes, encoded, same } from "./mls/public/struct.ts";

const OFFICERS_TO_REJECT = 2;

/** A group that does not succeed the one before it; `reason` is a stable word. */
export class SuccessorRefused extends DomainError {
  readonly reason: string;

  constructor(reason: string) {
    super("successor.refused", { reason });
    this.reason = reason;
  }
}

/** What the successor's `cencomm_group` says of the group before it. */
export function link({ context }: PublicGroup): Predecessor {
  return new Predecessor(context.groupId, context.epoch, context.confirmedTranscriptHash);
}

/** The `cencomm_group` of a successor. Throws GroupContextInvalid, DecodeError. */
export function successorOf(predecessor: PublicGroup, startedAtMs: number): CencommGroup {
  return CencommGroup.of(predecessor).with({ version: 0, startedAtMs, predecessor: link(predecessor) });
}

/** Whether `starter` may start the successor of `group`, a commit of which these officers rejected. */
export function mayStart(group: CencommGroup, starter: string, rejectedBy: Iterable<string>): boolean {
  const entry = group.entry(starter);
  if (entry === null) return false;
  return entry.role === "organiser" || new Set(rejectedBy).size >= OFFICERS_TO_REJECT;
}

/**
 * That `successor` names the last epoch of `predecessor` and takes its roster over.
 *
 * Throws SuccessorRefused: predecessor, group id, cug_id, roster, history or revocations differ; GroupContextInvalid,
 * DecodeError: the predecessor has no `cencomm_group`.
 */
export function verifyLink(predecessor: PublicGroup, successor: CencommGroup, successorId: Uint8Array): void {
  const before = CencommGroup.of(predecessor);
  if (!same(successor.predecessor, link(predecessor))) throw new SuccessorRefused("predecessor");
  if (equal(successorId, predecessor.groupId)) throw new SuccessorRefused("group_id");
  if (!equal(successor.cugId, before.cugId)) throw new SuccessorRefused("cug_id");
  if (!sameList(successor.roster, before.roster)) throw new SuccessorRefused("roster");
  if (successor.history !== before.history) throw new SuccessorRefused("history");
  if (!sameList(successor.revocations, before.revocations)) throw new SuccessorRefused("revocations");
}

function sameList(a: readonly Encodes[], b: readonly Encodes[]): boolean {
  return equalLists(a.map(encoded), b.map(encoded));
}
