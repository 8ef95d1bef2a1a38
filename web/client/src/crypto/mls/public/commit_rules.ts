/**
 * A commit as far as anybody can judge it without secrets (RFC 9420 §12.4.2, §12.4.3.2).
 *
 * `stageCommit` says what a commit would make of a group. Nothing is stored or changed: the caller takes `next()` when
 * the commit has been accepted. What only members can check is left to them: membership tag, path secrets, confirmation
 * tag. What the product allows beyond the RFC is left to its policy.
 */

import { equal, toHex } from "../../bytes.ts";
import { HASH_BYTES, TAG_BYTES } from "../../primitives.ts";
import { Commit, type UpdatePath } from "./commit.ts";
import {
  type AuthenticatedContent,
  PrivateMessage,
  PublicMessage,
  type Sender,
  SenderType,
  decodeMessage,
} from "./framing.ts";
import { GroupContext } from "./group_context.ts";
import { type LeafNode, LeafNodeSource, verifyLeaf } from "./leaf_node.ts";
import {
  type Applied,
  type KnownProposals,
  type PlacedLeaf,
  type SentProposal,
  apply,
  checkExternalList,
  checkMemberList,
  checkPathPresent,
  resolve,
} from "./proposal_list.ts";
import { ProposalRef } from "./proposals.ts";
import { PublicGroup } from "./public_group.ts";
import { isPublicKey } from "./public_keys.ts";
import { checkAddressed, checkAuthentic } from "./senders.ts";
import { confirmedTranscriptHash } from "./transcript.ts";
import type { RatchetTree } from "./tree.ts";
import { checkCapabilities, checkCredentials, checkUniqueKeys } from "./tree_checks.ts";
import { type LeafIndex, leafToNode } from "./tree_math.ts";
import { refuse } from "./validation.ts";

export const NO_PROPOSALS: KnownProposals = new Map();

interface StagedFields {
  readonly before: PublicGroup;
  readonly authenticated: AuthenticatedContent;
  /** The committer's leaf in the new tree. */
  readonly committerLeafIndex: LeafIndex;
  readonly proposals: readonly SentProposal[];
  readonly byReference: boolean;
  readonly applied: Applied;
  readonly path: UpdatePath | null;
  readonly tree: RatchetTree;
  readonly context: GroupContext;
  readonly confirmationTag: Uint8Array;
  /** What came with the message, for members to check. */
  readonly membershipTag: Uint8Array | null;
}

/** What a commit makes of the group: everything public about the next epoch. */
export class StagedCommit implements StagedFields {
  readonly before: PublicGroup;
  readonly authenticated: AuthenticatedContent;
  readonly committerLeafIndex: LeafIndex;
  readonly proposals: readonly SentProposal[];
  readonly byReference: boolean;
  readonly applied: Applied;
  readonly path: UpdatePath | null;
  readonly tree: RatchetTree;
  readonly context: GroupContext;
  readonly confirmationTag: Uint8Array;
  readonly membershipTag: Uint8Array | null;

  constructor(fields: StagedFields) {
    this.before = fields.before;
    this.authenticated = fields.authenticated;
    this.committerLeafIndex = fields.committerLeafIndex;
    this.proposals = fields.proposals;
    this.byReference = fields.byReference;
    this.applied = fields.applied;
    this.path = fields.path;
    this.tree = fields.tree;
    this.context = fields.context;
    this.confirmationTag = fields.confirmationTag;
    this.membershipTag = fields.membershipTag;
  }

  get sender(): Sender {
    return this.authenticated.content.sender;
  }

  get external(): boolean {
    return this.sender.senderType === SenderType.NEW_MEMBER_COMMIT;
  }

  get authenticatedData(): Uint8Array {
    return this.authenticated.content.authenticatedData;
  }

  /** Those who join by Welcome; one who joins by external commit is the committer. */
  get added(): readonly PlacedLeaf[] {
    return this.applied.added;
  }

  get removed(): readonly PlacedLeaf[] {
    return this.applied.removed;
  }

  /** The leaves replaced by Update proposals, without the committer's own. */
  get updated(): readonly PlacedLeaf[] {
    return this.applied.updated;
  }

  /** The next epoch, with the confirmation tag that the commit carries. */
  next(): PublicGroup {
    return new PublicGroup(this.context, this.tree, this.confirmationTag, this.applied.reInit !== null);
  }
}

/**
 * Judge a commit that came as an MLSMessage with a PublicMessage, in the epoch `group`, which is not changed.
 *
 * Throws `DecodeError`: malformed bytes; `WrongEpoch`: the commit was made in another epoch (V146); `MlsError`: any
 * other check of V100..V399 that the commit fails.
 */
export function stageCommit(
  group: PublicGroup,
  message: Uint8Array,
  proposals: KnownProposals = NO_PROPOSALS,
): StagedCommit {
  const body = decodeMessage(message);
  if (body instanceof PrivateMessage) throw refuse("V143");
  if (!(body instanceof PublicMessage)) throw refuse("V148");
  if (body.membershipTag !== null && body.membershipTag.length !== HASH_BYTES) throw refuse("V150");
  return stage(group, body.authenticated, proposals, body.membershipTag);
}

/** The same for a commit that is already out of its message, for example decrypted from a PrivateMessage. */
export function stageAuthenticated(
  group: PublicGroup,
  authenticated: AuthenticatedContent,
  proposals: KnownProposals = NO_PROPOSALS,
): StagedCommit {
  return stage(group, authenticated, proposals, null);
}

function stage(
  group: PublicGroup,
  authenticated: AuthenticatedContent,
  known: KnownProposals,
  membershipTag: Uint8Array | null,
): StagedCommit {
  const { commit, confirmationTag } = checkMessage(group, authenticated);
  const { sender } = authenticated.content;
  const proposals = resolve(group, commit, sender, known);
  if (sender.leafIndex === null) {
    checkExternalList(group, commit, proposals);
  } else {
    checkMemberList(group, proposals, sender.leafIndex);
    checkPathPresent(proposals, commit.path !== null);
  }
  const applied = apply(group, proposals);
  const { tree, committerLeafIndex } = merge(group, applied, commit.path, sender.leafIndex);
  checkCredentials(tree);
  checkUniqueKeys(tree);
  return new StagedCommit({
    before: group,
    authenticated,
    committerLeafIndex,
    proposals,
    byReference: commit.proposals.some((item) => item instanceof ProposalRef),
    applied,
    path: commit.path,
    tree,
    context: nextContext(group, applied, tree, authenticated),
    confirmationTag,
    membershipTag,
  });
}

/** The group context of the epoch that a commit begins (§8.1, §12.4.2). */
function nextContext(
  group: PublicGroup,
  applied: Applied,
  tree: RatchetTree,
  authenticated: AuthenticatedContent,
): GroupContext {
  return group.context.with({
    epoch: group.epoch + 1,
    treeHash: tree.treeHash(),
    confirmedTranscriptHash: confirmedTranscriptHash(group.interimTranscriptHash, authenticated),
    extensions: applied.extensions,
  });
}

/** The commit and its confirmation tag, once it is sure that its sender sent it. */
function checkMessage(
  group: PublicGroup,
  authenticated: AuthenticatedContent,
): { commit: Commit; confirmationTag: Uint8Array } {
  checkAddressed(group, authenticated.content);
  if (group.reInitialised) throw refuse("V341");
  if (group.epoch === Number.MAX_SAFE_INTEGER) throw refuse("V340");
  checkAuthentic(group, authenticated);
  const commit = authenticated.content.content;
  const tag = authenticated.auth.confirmationTag;
  if (!(commit instanceof Commit)) throw refuse("V148");
  if (tag === null || tag.length !== HASH_BYTES) throw refuse("V149");
  return { commit, confirmationTag: tag };
}

/** The tree after the path, and the committer's leaf in it; an external committer gets the first free leaf. */
function merge(
  group: PublicGroup,
  applied: Applied,
  path: UpdatePath | null,
  committer: LeafIndex | null,
): { tree: RatchetTree; committerLeafIndex: LeafIndex } {
  if (path === null) {
    if (committer === null) throw refuse("V324");
    return { tree: applied.tree, committerLeafIndex: committer };
  }
  const before = committer === null ? null : applied.tree.leaf(committer);
  checkPathKeys(applied.tree, path, before?.encryptionKey ?? null);
  const placed = committer === null ? applied.tree.add(path.leafNode) : { tree: applied.tree, index: committer };
  checkPathLeaf(group, applied, path.leafNode, placed.index);
  const merged = placed.tree.mergePath(placed.index, path);
  checkCiphertexts(placed.tree, path, placed.index, applied.added);
  return { tree: merged, committerLeafIndex: placed.index };
}

function checkPathLeaf(group: PublicGroup, applied: Applied, leaf: LeafNode, leafIndex: LeafIndex): void {
  if (leaf.source !== LeafNodeSource.COMMIT) throw refuse("V330", { source: leaf.source });
  verifyLeaf(leaf, { groupId: group.groupId, leafIndex });
  checkCapabilities([leaf], group.suite, applied.extensions);
}

/** The keys of a path are fresh: in no node of the tree after the proposals, and no two alike (§12.4.2). */
function checkPathKeys(tree: RatchetTree, path: UpdatePath, leafKeyBefore: Uint8Array | null): void {
  const leafKey = path.leafNode.encryptionKey;
  if (leafKeyBefore !== null && equal(leafKey, leafKeyBefore)) throw refuse("V331");
  const keys = path.nodes.map((node) => node.encryptionKey);
  if (!keys.every(isPublicKey)) throw refuse("V336");
  const fresh = new Set([leafKey, ...keys].map(toHex));
  const isFresh = (key: Uint8Array): boolean => !fresh.has(toHex(key));
  const standing = [...tree.leaves(), ...tree.parents()].map(([, node]) => node.encryptionKey);
  if (fresh.size !== keys.length + 1 || !standing.every(isFresh)) throw refuse("V335");
}

function checkCiphertexts(
  tree: RatchetTree,
  path: UpdatePath,
  committer: LeafIndex,
  added: readonly PlacedLeaf[],
): void {
  const newLeaves = new Set(added.map(([index]) => leafToNode(index)));
  tree.filteredPath(committer).forEach(({ node, copath }, step) => {
    const sealed = path.nodes[step]!.encryptedPathSecret;
    const reached = tree.resolution(copath).filter((below) => !newLeaves.has(below));
    if (sealed.length !== reached.length) throw refuse("V333", { node_index: node, ciphertexts: sealed.length });
    for (const { kemOutput, ciphertext } of sealed) {
      if (!isPublicKey(kemOutput) || ciphertext.length !== HASH_BYTES + TAG_BYTES) {
        throw refuse("V337", { node_index: node });
      }
    }
  });
}
