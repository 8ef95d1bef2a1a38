/**
 * A commit in the making: fresh path, new key schedule, signed and tagged message (RFC 9420 §12.4.1).
 *
 * Members and those who join by external commit make commits alike; they differ in what stands in `Draft`.
 */

import type { Random, Secret } from "../../primitives.ts";
import { Commit, UpdatePath } from "../public/commit.ts";
import type { Extensions } from "../public/extensions.ts";
import {
  AuthenticatedContent,
  ContentType,
  FramedContent,
  FramedContentAuthData,
  type Sender,
  type WireFormat,
  signContent,
} from "../public/framing.ts";
import type { PublicGroup } from "../public/group.ts";
import type { GroupContext } from "../public/group_context.ts";
import type { KeyPackage } from "../public/key_package.ts";
import { LeafNodeSource } from "../public/leaf_node.ts";
import type { PreSharedKeyId, ProposalOrRef } from "../public/proposals.ts";
import { confirmedTranscriptHash } from "../public/transcript.ts";
import type { RatchetTree } from "../public/tree.ts";
import type { LeafIndex } from "../public/tree_math.ts";
import { type LeafIdentity, signLeaf } from "./key_package.ts";
import {
  type CommitSecret,
  type DerivedEpoch,
  type InitSecret,
  type JoinerSecret,
  NO_COMMIT_SECRET,
  type PskSecret,
  confirmationTag,
  deriveEpoch,
  epochSecret,
  joinerSecret,
} from "./key_schedule.ts";
import {
  type PathStep,
  TreeKeys,
  encryptPath,
  ladder,
  newLeafKey,
  newPathSecret,
  standingKeys,
} from "./treekem.ts";

/** A new member's place and the key package that it was added with. */
export type NewMember = readonly [LeafIndex, KeyPackage];

/**
 * What a commit is made from.
 *
 * `tree` and `extensions` are those after the proposals, with the leaf of an external joiner already in its place.
 */
export interface Draft {
  readonly before: PublicGroup;
  readonly sender: Sender;
  readonly ownLeaf: LeafIndex;
  readonly signatureSeed: Secret;
  readonly tree: RatchetTree;
  readonly extensions: Extensions;
  readonly proposals: readonly ProposalOrRef[];
  readonly pskIds: readonly PreSharedKeyId[];
  readonly added: readonly NewMember[];
  readonly authenticatedData: Uint8Array;
  readonly wireFormat: WireFormat;
}

/** A fresh update path with its private keys. */
export interface Path {
  readonly tree: RatchetTree;
  readonly updatePath: UpdatePath | null;
  readonly steps: readonly PathStep[];
  readonly commitSecret: CommitSecret;
  readonly keys: TreeKeys;
}

/** A finished commit and the secrets of the epoch that it opens. */
export interface SealedCommit {
  readonly authenticated: AuthenticatedContent;
  readonly joiner: JoinerSecret;
  readonly derived: DerivedEpoch;
}

function nextContext({ before, extensions }: Draft, tree: RatchetTree, confirmed: Uint8Array): GroupContext {
  const changes = { treeHash: tree.treeHash(), confirmedTranscriptHash: confirmed, extensions };
  return before.context.with({ epoch: before.epoch + 1, ...changes });
}

/** The commit leaves our keys as they are. */
export function withoutPath({ tree }: Draft, keys: TreeKeys): Path {
  return { tree, updatePath: null, steps: [], commitSecret: NO_COMMIT_SECRET, keys: standingKeys(keys, tree) };
}

/** A new leaf and new keys for all nodes above it that others need (§7.5). */
export function freshPath(draft: Draft, identity: LeafIdentity, random: Random): Path {
  const { before, ownLeaf } = draft;
  const own = newLeafKey(random);
  const { steps, commitSecret } = ladder(draft.tree.filteredDirectPath(ownLeaf), newPathSecret(random));
  const fresh = draft.tree.withPath(ownLeaf, steps.map(({ publicKey }) => publicKey));
  const place = { groupId: before.groupId, leafIndex: ownLeaf };
  const origin = { source: LeafNodeSource.COMMIT, place, parentHash: fresh.parentHash } as const;
  const leaf = signLeaf(identity, own.publicKey, origin);
  const tree = fresh.tree.withLeaf(ownLeaf, leaf);
  const provisional = nextContext(draft, tree, before.context.confirmedTranscriptHash);
  const nodes = encryptPath(before.suite, draft.tree, ownLeaf, steps, {
    added: draft.added.map(([index]) => index),
    groupContext: provisional.encode(),
    random,
  });
  const keys = new TreeKeys(ownLeaf, own.privateKey).withSteps(steps);
  return { tree, updatePath: new UpdatePath(leaf, nodes), steps, commitSecret, keys };
}

/** Sign the commit, derive the epoch it opens, and tag the commit with its confirmation (§8.1, §8.2). */
export function sealCommit(draft: Draft, path: Path, init: InitSecret, psk: PskSecret): SealedCommit {
  const { authenticatedData, before, sender, wireFormat } = draft;
  const content = new FramedContent({
    groupId: before.groupId,
    epoch: before.epoch,
    sender,
    authenticatedData,
    contentType: ContentType.COMMIT,
    content: new Commit(draft.proposals, path.updatePath),
  });
  const signature = signContent(draft.signatureSeed, wireFormat, content, before.context);
  const unconfirmed = new AuthenticatedContent(wireFormat, content, new FramedContentAuthData(signature));
  const confirmed = confirmedTranscriptHash(before.interimTranscriptHash, unconfirmed);
  const context = nextContext(draft, path.tree, confirmed).encode();
  const joiner = joinerSecret(init, path.commitSecret, context);
  const derived = deriveEpoch(epochSecret(joiner, psk, context));
  const tag = confirmationTag(derived.secrets.confirmationKey, confirmed);
  const auth = new FramedContentAuthData(signature, tag);
  return { authenticated: new AuthenticatedContent(wireFormat, content, auth), joiner, derived };
}
