/**
 * The commit policy: what CENcomm allows beyond MLS (PROTOCOL §2.3), as a pure function.
 *
 * The same rules on every client and on the server, of public group state, commit and pinned root; no clock.
 *
 *     who                          may commit
 *     organiser                    Add, Remove, GroupContextExtensions (only cencomm_group, version + 1), together
 *     any member                   an empty commit; Remove of revoked leaves and the signed revocation appended
 *     a new device of a member     external commit: ExternalInit and at most the Remove of its own old leaf
 *
 * The rules have numbers in `policy_rules.ts`; those for leaves and roster stand in `policy_leaves.ts`.
 */

import { equal, equalLists } from "./bytes.ts";
import type { Chain, Trust } from "./certificates.ts";
import type { Fact } from "./errors.ts";
import { CENCOMM_GROUP, CencommGroup, GroupContextInvalid } from "./group_context.ts";
import { Head } from "./head.ts";
import { ID_BYTES, officerOf } from "./ids.ts";
import { ExtensionType, type Extensions } from "./mls/public/extensions.ts";
import type { PublicGroup, StagedCommit } from "./mls/public/group.ts";
import type { LeafNode } from "./mls/public/leaf_node.ts";
import { ProposalType } from "./mls/public/proposals.ts";
import { Struct, encoded, same } from "./mls/public/struct.ts";
import type { RatchetTree } from "./mls/public/tree.ts";
import { chainOf, checkLeaves, checkRevocations, checkRoster, checkTime, deviceOf, devices } from "./policy_leaves.ts";
import { refuse } from "./policy_rules.ts";
import { index, isRevoked } from "./revocation.ts";
import { SuccessorRefused, mayStart, verifyLink } from "./successor.ts";
import { DecodeError, type Reader, Writer } from "./tls.ts";

export {
  LEAF_CAPABILITIES,
  MAX_DEVICES,
  archiveKeyOf,
  chainOf,
  credentialFor,
  deviceOf,
  leafExtensions,
} from "./policy_leaves.ts";
export { PolicyRefused, RULES } from "./policy_rules.ts";

const DATA_VERSION = 1;
const BY_MEMBERS: ReadonlySet<ProposalType> = new Set([
  ProposalType.ADD,
  ProposalType.REMOVE,
  ProposalType.GROUP_CONTEXT_EXTENSIONS,
]);
const FROM_OUTSIDE: ReadonlySet<ProposalType> = new Set([ProposalType.EXTERNAL_INIT, ProposalType.REMOVE]);
const AT_START: ReadonlySet<number> = new Set([CENCOMM_GROUP, ExtensionType.REQUIRED_CAPABILITIES]);

/** As the facts of P05 name them. */
const PROPOSAL_NAMES: Readonly<Record<ProposalType, string>> = {
  [ProposalType.ADD]: "Add",
  [ProposalType.UPDATE]: "Update",
  [ProposalType.REMOVE]: "Remove",
  [ProposalType.PSK]: "PreSharedKey",
  [ProposalType.REINIT]: "ReInit",
  [ProposalType.EXTERNAL_INIT]: "ExternalInit",
  [ProposalType.GROUP_CONTEXT_EXTENSIONS]: "GroupContextExtensions",
};

/** What a commit's `authenticatedData` holds: its time and the last event that its sender had verified. */
export class CommitData extends Struct {
  constructor(
    readonly timeMs: number,
    readonly seen: Head,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().u16(DATA_VERSION).u64(this.timeMs).raw(this.seen.encode()).bytes();
  }

  static read(reader: Reader): CommitData {
    if (reader.u16() !== DATA_VERSION) throw new DecodeError("commit_data_version");
    return new CommitData(reader.safeU64(), Head.read(reader));
  }
}

/** A commit that the policy allows, and what it changes; devices that only renew their leaf are in neither list. */
export interface Judged {
  readonly timeMs: number;
  readonly seen: Head;
  /** Device id. */
  readonly committer: string;
  readonly before: CencommGroup;
  readonly after: CencommGroup;
  /** Device ids, in order. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly external: boolean;
}

/** Officers who have another identity key now: to be shown. */
export function identityChanged({ after, before }: Judged): readonly string[] {
  const changed = after.roster.filter((entry) => {
    const earlier = before.entry(entry.officerId);
    return earlier !== null && !equal(earlier.identityKey, entry.identityKey);
  });
  return changed.map(({ officerId }) => officerId);
}

/** The start of a group that the policy allows. */
export interface JudgedStart {
  readonly timeMs: number;
  readonly committer: string;
  readonly after: CencommGroup;
}

// ---------------------------------------------------------------- commits

/**
 * Whether a commit that MLS allows is allowed here, and what it means.
 *
 * `before` is the epoch it was made in, itself judged; `staged` the commit after every public check of RFC 9420;
 * `lastTimeMs` the time of the commit before, or of the group's start.
 * Throws PolicyRefused with the number of the rule; GroupContextInvalid, DecodeError: `before` is not a group of ours.
 */
export function judgeCommit(before: PublicGroup, staged: StagedCommit, trust: Trust, lastTimeMs: number): Judged {
  if (staged.byReference) throw refuse("P01");
  const { path } = staged;
  if (path === null) throw refuse("P02");
  const data = commitData(staged, lastTimeMs);
  const groupBefore = CencommGroup.of(before);
  const groupAfter = groupAfterCommit(before, staged);
  const committer = checkCommitter(before, staged, path.leafNode);
  checkLeaves(staged.tree, groupAfter, trust);
  checkChanges(groupBefore, groupAfter);
  const among = [...chainsOf(before.tree), ...chainsOf(staged.tree)];
  checkRevocations(groupBefore.revocations, groupAfter.revocations, trust, among);
  checkPowers(groupBefore, groupAfter, staged, committer);
  checkTime([...staged.added.map(([, leaf]) => leaf), path.leafNode], trust, data.timeMs);
  const [devicesBefore, devicesAfter] = [devices(before.tree), devices(staged.tree)];
  return {
    timeMs: data.timeMs,
    seen: data.seen,
    committer,
    before: groupBefore,
    after: groupAfter,
    added: without(devicesAfter, devicesBefore),
    removed: without(devicesBefore, devicesAfter),
    external: staged.external,
  };
}

/** What is in `names` and not in `others`, in order. */
function without(names: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...names].filter((name) => !others.has(name)).sort();
}

function commitData(staged: StagedCommit, lastTimeMs: number): CommitData {
  const data = decodeCommitData(staged.authenticatedData);
  if (data.timeMs < lastTimeMs) throw refuse("P04", { time_ms: data.timeMs, last_time_ms: lastTimeMs });
  return data;
}

function decodeCommitData(bytes: Uint8Array): CommitData {
  try {
    return CommitData.decode(bytes);
  } catch (error) {
    if (error instanceof DecodeError) throw refuse("P03", { reason: reasonOf(error) });
    throw error;
  }
}

function reasonOf({ facts }: { readonly facts: Readonly<Record<string, Fact>> }): Fact {
  return facts["reason"] ?? null;
}

/** The new `cencomm_group`, if nothing else in the group context was touched (P05, P11). */
function groupAfterCommit(before: PublicGroup, staged: StagedCommit): CencommGroup {
  const allowed = staged.external ? FROM_OUTSIDE : BY_MEMBERS;
  for (const { proposal } of staged.proposals) {
    if (!allowed.has(proposal.proposalType)) throw refuse("P05", { proposal: PROPOSAL_NAMES[proposal.proposalType] });
  }
  const [others, othersAfter] = [othersIn(before.context.extensions), othersIn(staged.context.extensions)];
  if (!equalLists(others.map(encoded), othersAfter.map(encoded))) throw refuse("P11", { reason: "other_extensions" });
  return groupAmong(staged.context.extensions, "P11");
}

function groupAmong(extensions: Extensions, rule: string): CencommGroup {
  try {
    return CencommGroup.among(extensions);
  } catch (error) {
    if (error instanceof GroupContextInvalid || error instanceof DecodeError) {
      throw refuse(rule, { reason: reasonOf(error) });
    }
    throw error;
  }
}

function othersIn(extensions: Extensions): Extensions {
  return extensions.filter(({ extensionType }) => extensionType !== CENCOMM_GROUP);
}

/** The device that committed; its leaf is no other's than before (P09, P10). */
function checkCommitter(before: PublicGroup, staged: StagedCommit, leaf: LeafNode): string {
  const { deviceId, identityKey } = chainOf(leaf);
  if (staged.external) {
    for (const [, removed] of staged.removed) {
      const old = chainOf(removed);
      const isOwn = old.deviceId === deviceId && equal(old.identityKey, identityKey);
      if (!isOwn) throw refuse("P09", { device_id: deviceId });
    }
    return deviceId;
  }
  const old = before.tree.leaf(staged.committerLeafIndex);
  if (old === null || chainOf(old).deviceId !== deviceId) throw refuse("P10", { device_id: deviceId });
  return deviceId;
}

function chainsOf(tree: RatchetTree): readonly Chain[] {
  return Array.from(tree.leaves(), ([, leaf]) => chainOf(leaf));
}

/** What nobody may change, and what every change must keep (P12, P13, P15-P17). */
function checkChanges(before: CencommGroup, after: CencommGroup): void {
  if (same(before, after)) return;
  if (after.version !== before.version + 1) throw refuse("P12", { before: before.version, after: after.version });
  const kept = equal(after.cugId, before.cugId) && after.startedAtMs === before.startedAtMs;
  if (!kept || !same(after.predecessor, before.predecessor)) throw refuse("P13");
  checkRoster(after);
}

/** What the committer's role in the group before the commit allows (P06-P08, P12). */
function checkPowers(before: CencommGroup, after: CencommGroup, staged: StagedCommit, committer: string): void {
  const kinds = staged.proposals.map(({ proposal }) => proposal.proposalType);
  if (kinds.includes(ProposalType.GROUP_CONTEXT_EXTENSIONS) && same(after, before)) {
    throw refuse("P12", { before: before.version, after: after.version });
  }
  if (staged.external || before.entry(officerOf(committer))?.role === "organiser") return;
  if (kinds.includes(ProposalType.ADD)) throw refuse("P06", { committer });
  const revoked = index(after.revocations);
  for (const [, leaf] of staged.removed) {
    if (!isRevoked(chainOf(leaf), revoked)) throw refuse("P07", { committer, device_id: deviceOf(leaf) });
  }
  const { revocations, version } = after;
  if (!same(after, before.with({ version, revocations }))) throw refuse("P08", { committer });
}

// ---------------------------------------------------------------- starts

/** What stood before a group that starts. */
export interface StartContext {
  readonly predecessor: PublicGroup | null;
  /** The time of the predecessor's last commit. */
  readonly lastTimeMs: number;
  /** Officers who rejected one and the same commit of the predecessor. */
  readonly rejectedBy: Iterable<string>;
}

/**
 * Whether a group may start a CUG, or succeed `predecessor` in it.
 *
 * `group` is epoch 0, after every public check of its GroupInfo. Throws PolicyRefused with the number of the rule;
 * GroupContextInvalid, DecodeError: the predecessor is not a group of ours.
 */
export function judgeStart(group: PublicGroup, trust: Trust, context: StartContext): JudgedStart {
  const starter = checkFirstEpoch(group);
  const after = groupAmong(group.context.extensions, "P31");
  const committer = deviceOf(starter);
  checkRoster(after);
  checkLeaves(group.tree, after, trust);
  if (context.predecessor === null) checkFirstGroup(after, starter, trust);
  else checkSuccessor(group, after, context.predecessor, officerOf(committer), context.rejectedBy);
  const { lastTimeMs } = context;
  if (after.startedAtMs < lastTimeMs) throw refuse("P04", { time_ms: after.startedAtMs, last_time_ms: lastTimeMs });
  checkTime([starter], trust, after.startedAtMs);
  return { timeMs: after.startedAtMs, committer, after };
}

/** The only member (P30, P31). */
function checkFirstEpoch({ context, epoch, groupId, tree }: PublicGroup): LeafNode {
  const [starter, ...more] = [...tree.leaves()];
  if (epoch !== 0 || starter === undefined || more.length > 0 || groupId.length !== ID_BYTES) {
    throw refuse("P30", { epoch, members: tree.memberCount });
  }
  const unknown = context.extensions.map(({ extensionType }) => extensionType).filter((type) => !AT_START.has(type));
  if (unknown.length > 0) throw refuse("P31", { extension: Math.min(...unknown) });
  return starter[1];
}

function checkFirstGroup(after: CencommGroup, starter: LeafNode, trust: Trust): void {
  if (after.predecessor !== null) throw refuse("P32", { reason: "no_group_before" });
  const chain = chainOf(starter);
  if (after.entry(chain.officerId)?.role !== "organiser") throw refuse("P33");
  checkRevocations([], after.revocations, trust, [chain]);
}

function checkSuccessor(
  group: PublicGroup,
  after: CencommGroup,
  predecessor: PublicGroup,
  starter: string,
  rejectedBy: Iterable<string>,
): void {
  if (after.predecessor === null) throw refuse("P32", { reason: "group_before" });
  try {
    verifyLink(predecessor, after, group.groupId);
  } catch (error) {
    if (!(error instanceof SuccessorRefused)) throw error;
    const { reason } = error;
    throw refuse(reason === "predecessor" || reason === "group_id" ? "P32" : "P35", { reason });
  }
  if (!mayStart(after, starter, rejectedBy)) throw refuse("P34", { rejections: new Set(rejectedBy).size });
}
