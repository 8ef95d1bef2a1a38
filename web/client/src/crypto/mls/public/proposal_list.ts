/** The proposals of one commit: may they stand together, and what do they make of the tree (RFC 9420 §12.2, §12.3). */

import { equal, toHex } from "../../bytes.ts";
import { HASH_BYTES } from "../../primitives.ts";
import { Commit } from "./commit.ts";
import { type Extension, ExtensionType, type Extensions, checkUnique, find } from "./extensions.ts";
import { type AuthenticatedContent, ContentType, type Sender } from "./framing.ts";
import { MLS10, verifyKeyPackage } from "./key_package.ts";
import { type LeafNode, LeafNodeSource, verifyLeaf } from "./leaf_node.ts";
import {
  Add,
  ExternalInit,
  GroupContextExtensions,
  PreSharedKey,
  type PreSharedKeyId,
  type Proposal,
  ProposalRef,
  PskType,
  ReInit,
  Remove,
  ResumptionUsage,
  Update,
} from "./proposals.ts";
import type { PublicGroup } from "./public_group.ts";
import { isPublicKey } from "./public_keys.ts";
import { checkAuthentic, decodeExternalSenders } from "./senders.ts";
import { same } from "./struct.ts";
import type { RatchetTree } from "./tree.ts";
import { checkCapabilities } from "./tree_checks.ts";
import type { LeafIndex } from "./tree_math.ts";
import { refuse } from "./validation.ts";

/** A proposal and who made it. */
export interface SentProposal {
  readonly proposal: Proposal;
  readonly sender: Sender;
}

/** Proposals that were sent on their own in this epoch, by their references in hexadecimal. */
export type KnownProposals = ReadonlyMap<string, AuthenticatedContent>;

export type PlacedLeaf = readonly [LeafIndex, LeafNode];

/** What the proposals of a commit make of a group, before its path. */
export interface Applied {
  readonly tree: RatchetTree;
  readonly extensions: Extensions;
  readonly added: readonly PlacedLeaf[];
  readonly removed: readonly PlacedLeaf[];
  readonly updated: readonly PlacedLeaf[];
  readonly psks: readonly PreSharedKeyId[];
  readonly reInit: ReInit | null;
  readonly externalInit: ExternalInit | null;
}

/**
 * The proposals of a commit with their senders, in order; those named by reference are looked up in `known`.
 *
 * Throws `MlsError` V315, V316 or V317, or what `checkAuthentic` throws for a proposal in `known`.
 */
export function resolve(group: PublicGroup, commit: Commit, sender: Sender, known: KnownProposals): SentProposal[] {
  const named = new Set<string>();
  return commit.proposals.map((item) => {
    if (!(item instanceof ProposalRef)) return { proposal: item, sender };
    const reference = toHex(item.reference);
    if (named.has(reference)) throw refuse("V316");
    named.add(reference);
    return lookUp(group, item.reference, known);
  });
}

function lookUp(group: PublicGroup, reference: Uint8Array, known: KnownProposals): SentProposal {
  const authenticated = known.get(toHex(reference));
  if (authenticated === undefined || !equal(authenticated.proposalReference(), reference)) throw refuse("V315");
  const { content: proposal, contentType, epoch, groupId, sender } = authenticated.content;
  const sameEpoch = equal(groupId, group.groupId) && epoch === group.epoch;
  const isOther = proposal instanceof Uint8Array || proposal instanceof Commit;
  if (!sameEpoch || isOther || contentType !== ContentType.PROPOSAL) throw refuse("V317");
  checkAuthentic(group, authenticated);
  return { proposal, sender };
}

type Kind<P extends Proposal> = new (...fields: never[]) => P;

export function ofType<P extends Proposal>(proposals: readonly SentProposal[], kind: Kind<P>): P[] {
  return proposals.map(({ proposal }) => proposal).filter((proposal): proposal is P => proposal instanceof kind);
}

/** Throws `MlsError` V311 if the commit needs a path and has none (§12.4). */
export function checkPathPresent(proposals: readonly SentProposal[], hasPath: boolean): void {
  const needsNone = ({ proposal }: SentProposal): boolean =>
    proposal instanceof Add || proposal instanceof PreSharedKey || proposal instanceof ReInit;
  if (!hasPath && (proposals.length === 0 || !proposals.every(needsNone))) throw refuse("V311");
}

/** The rules for the list of a member's commit (§12.2). Throws `MlsError` V300-V308 or V312-V314. */
export function checkMemberList(group: PublicGroup, proposals: readonly SentProposal[], committer: LeafIndex): void {
  if (ofType(proposals, ExternalInit).length > 0) throw refuse("V308");
  if (ofType(proposals, ReInit).length > 0 && proposals.length > 1) throw refuse("V307");
  for (const { proposal, sender } of proposals) {
    if (proposal instanceof Update && sender.isMember(committer)) throw refuse("V300");
  }
  if (ofType(proposals, Remove).some(({ removed }) => removed === committer)) throw refuse("V301");
  checkLeaves(group, touched(proposals));
  const added = ofType(proposals, Add).map(({ keyPackage }) => toHex(keyPackage.leafNode.signatureKey));
  if (new Set(added).size !== added.length) throw refuse("V303");
  if (ofType(proposals, GroupContextExtensions).length > 1) throw refuse("V306");
  checkPsks(proposals);
  for (const { version } of ofType(proposals, ReInit)) if (version < MLS10) throw refuse("V314", { version });
}

/** The rules for an external commit's list (§12.2, §12.4.3.2). Throws `MlsError` V304, V305, V312, V313, V320-V325. */
export function checkExternalList(group: PublicGroup, commit: Commit, proposals: readonly SentProposal[]): void {
  if (commit.path === null) throw refuse("V324");
  if (commit.proposals.some((item) => item instanceof ProposalRef)) throw refuse("V323");
  const allowed = ({ proposal }: SentProposal): boolean =>
    proposal instanceof ExternalInit || proposal instanceof Remove || proposal instanceof PreSharedKey;
  if (!proposals.every(allowed)) throw refuse("V322");
  const [init, ...more] = ofType(proposals, ExternalInit);
  if (init === undefined || more.length > 0) throw refuse("V320", { count: init === undefined ? 0 : 1 + more.length });
  if (!isPublicKey(init.kemOutput)) throw refuse("V325");
  if (ofType(proposals, Remove).length > 1) throw refuse("V321");
  checkLeaves(group, touched(proposals));
  checkPsks(proposals);
}

/** The leaves that are updated or removed, as often as they are. */
function touched(proposals: readonly SentProposal[]): LeafIndex[] {
  return proposals.flatMap(({ proposal, sender }) => {
    if (proposal instanceof Remove) return [proposal.removed];
    return proposal instanceof Update && sender.leafIndex !== null ? [sender.leafIndex] : [];
  });
}

function checkLeaves(group: PublicGroup, leaves: readonly LeafIndex[]): void {
  for (const leaf of new Set(leaves)) {
    if (leaves.indexOf(leaf) !== leaves.lastIndexOf(leaf)) throw refuse("V302", { leaf_index: leaf });
    if (group.tree.leaf(leaf) === null) throw refuse("V304", { leaf_index: leaf });
  }
}

function checkPsks(proposals: readonly SentProposal[]): void {
  const ids = ofType(proposals, PreSharedKey).map(({ psk }) => psk);
  if (new Set(ids.map((id) => toHex(id.encode()))).size !== ids.length) throw refuse("V305");
  for (const { key, nonce } of ids) {
    if (key.pskType === PskType.RESUMPTION && key.usage !== ResumptionUsage.APPLICATION) {
      throw refuse("V312", { usage: key.usage });
    }
    if (nonce.length !== HASH_BYTES) throw refuse("V313");
  }
}

/**
 * The group after proposals whose list was checked, in the order of §12.3.
 *
 * Each new leaf is checked by itself and against the group's parameters; whether keys and credentials fit all members
 * together is for the caller, who knows the path.
 * Throws `MlsError` V102-V105, V110-V118, V121-V124, V318 or V342; or `DecodeError`: a known extension of the new group
 * context is malformed.
 */
export function apply(group: PublicGroup, proposals: readonly SentProposal[]): Applied {
  const extensions = newExtensions(group, proposals);
  let tree = group.tree;
  const updated: PlacedLeaf[] = [];
  const removed: PlacedLeaf[] = [];
  const added: PlacedLeaf[] = [];
  for (const { proposal, sender } of proposals) {
    if (!(proposal instanceof Update)) continue;
    const index = updatedBy(sender);
    checkUpdate(group, index, proposal.leafNode);
    tree = tree.update(index, proposal.leafNode);
    updated.push([index, proposal.leafNode]);
  }
  for (const { removed: index } of ofType(proposals, Remove)) {
    removed.push([index, standing(group, index)]);
    tree = tree.remove(index);
  }
  for (const { keyPackage } of ofType(proposals, Add)) {
    verifyKeyPackage(keyPackage, group.suite);
    const after = tree.add(keyPackage.leafNode);
    tree = after.tree;
    added.push([after.index, keyPackage.leafNode]);
  }
  const others = sameExtensions(extensions, group.context.extensions) ? [...updated, ...added] : tree.leaves();
  checkCapabilities(Array.from(others, ([, leaf]) => leaf), group.suite, extensions);
  return {
    tree,
    extensions,
    added,
    removed,
    updated,
    psks: ofType(proposals, PreSharedKey).map(({ psk }) => psk),
    reInit: ofType(proposals, ReInit)[0] ?? null,
    externalInit: ofType(proposals, ExternalInit)[0] ?? null,
  };
}

function sameExtensions(a: Extensions, b: Extensions): boolean {
  return a === b || (a.length === b.length && a.every((one: Extension, place) => same(one, b[place] ?? null)));
}

/** Only a member may send an Update (V141), and the list was checked (V304). */
function updatedBy({ leafIndex }: Sender): LeafIndex {
  if (leafIndex === null) throw refuse("V141");
  return leafIndex;
}

function standing(group: PublicGroup, index: LeafIndex): LeafNode {
  const leaf = group.tree.leaf(index);
  if (leaf === null) throw refuse("V304", { leaf_index: index });
  return leaf;
}

function checkUpdate(group: PublicGroup, leafIndex: LeafIndex, leaf: LeafNode): void {
  if (leaf.source !== LeafNodeSource.UPDATE) throw refuse("V111", { source: leaf.source });
  verifyLeaf(leaf, { groupId: group.groupId, leafIndex });
  const { encryptionKey } = standing(group, leafIndex);
  if (equal(leaf.encryptionKey, encryptionKey)) throw refuse("V318", { leaf_index: leafIndex });
}

function newExtensions(group: PublicGroup, proposals: readonly SentProposal[]): Extensions {
  const [replacing] = ofType(proposals, GroupContextExtensions);
  if (replacing === undefined) return group.context.extensions;
  checkUnique(replacing.extensions);
  const senders = find(replacing.extensions, ExtensionType.EXTERNAL_SENDERS);
  if (senders !== null) decodeExternalSenders(senders);
  return replacing.extensions;
}
