/**
 * Whether a ratchet tree may be trusted: shape, parent hashes and members (RFC 9420 §7.3, §7.9.2, §12.4.3.1).
 *
 * Nothing here looks at a clock: that a lifetime has begun and not ended is the product's policy.
 */

import { equal, toHex } from "../../bytes.ts";
import { type Extensions, RequiredCapabilities } from "./extensions.ts";
import type { GroupContext } from "./group_context.ts";
import { MLS10 } from "./key_package.ts";
import { type LeafNode, verifyLeaf } from "./leaf_node.ts";
import { isPublicKey } from "./public_keys.ts";
import * as st from "./subtree.ts";
import { type ParentNode, ParentTree } from "./subtree.ts";
import { type RatchetTree, parentHash } from "./tree.ts";
import { covers, leafToNode } from "./tree_math.ts";
import { refuse } from "./validation.ts";

/** The shape of a tree that was received as a whole. Throws `MlsError` V119, V120, V203, V205, V206, V208 or V210. */
export function checkTree(tree: RatchetTree): void {
  checkUniqueKeys(tree);
  for (const [place, parent] of tree.parents()) {
    if (!isPublicKey(parent.encryptionKey)) throw refuse("V210", { node_index: place.nodeIndex });
    checkUnmerged(tree, place, parent);
  }
  for (const [place, parent] of tree.parents()) {
    if (!isParentHashValid(tree, place, parent)) throw refuse("V203", { node_index: place.nodeIndex });
  }
}

/** Throws `MlsError` V119, V120 or V208 if two leaves or nodes share a key. */
export function checkUniqueKeys(tree: RatchetTree): void {
  const signatureKeys = new Set<string>();
  const encryptionKeys = new Set<string>();
  for (const [index, leaf] of tree.leaves()) {
    if (encryptionKeys.has(toHex(leaf.encryptionKey))) throw refuse("V119", { leaf_index: index });
    if (signatureKeys.has(toHex(leaf.signatureKey))) throw refuse("V120", { leaf_index: index });
    encryptionKeys.add(toHex(leaf.encryptionKey));
    signatureKeys.add(toHex(leaf.signatureKey));
  }
  for (const [place, parent] of tree.parents()) {
    const key = toHex(parent.encryptionKey);
    if (encryptionKeys.has(key)) throw refuse("V208", { node_index: place.nodeIndex });
    encryptionKeys.add(key);
  }
}

function checkUnmerged(tree: RatchetTree, place: ParentTree, parent: ParentNode): void {
  let previous = place.base - 1;
  for (const leaf of parent.unmergedLeaves) {
    if (leaf <= previous || leaf >= place.base + place.width || tree.leaf(leaf) === null) {
      throw refuse("V205", { node_index: place.nodeIndex, leaf_index: leaf });
    }
    previous = leaf;
    let below: st.Subtree = place;
    while (below instanceof ParentTree) {
      if (below.parent !== null && !below.parent.unmergedLeaves.includes(leaf)) {
        throw refuse("V206", { node_index: below.nodeIndex, leaf_index: leaf });
      }
      below = leaf < below.right.base ? below.left : below.right;
    }
  }
}

/** Whether a node below keeps the hash of this parent, and only leaves unknown to it joined since (§7.9.2). */
function isParentHashValid(tree: RatchetTree, place: ParentTree, parent: ParentNode): boolean {
  const sides = [
    [place.left, place.right],
    [place.right, place.left],
  ] as const;
  for (const [child, other] of sides) {
    const original = st.hashWithout(other, parent.unmergedLeaves);
    const expected = parentHash(parent.encryptionKey, parent.parentHash, original);
    const resolution = st.resolution(child);
    for (const node of resolution) {
      const kept = tree.node(node)?.parentHash ?? null;
      if (kept !== null && equal(kept, expected)) {
        return sameNodes(new Set(resolution.filter((each) => each !== node)), unmergedBelow(parent, child));
      }
    }
  }
  return false;
}

function unmergedBelow(parent: ParentNode, child: st.Subtree): ReadonlySet<number> {
  return new Set(parent.unmergedLeaves.map(leafToNode).filter((node) => covers(child.nodeIndex, node)));
}

function sameNodes(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((node) => b.has(node));
}

/**
 * Every leaf of a tree that was received as a whole (§7.3).
 *
 * Throws `MlsError` V110-V118, V121-V124, or `DecodeError` for malformed required capabilities.
 */
export function checkMembers(tree: RatchetTree, context: GroupContext): void {
  const leaves = [...tree.leaves()];
  checkCapabilities(leaves.map(([, leaf]) => leaf), context.cipherSuite, context.extensions);
  checkCredentials(tree);
  for (const [leafIndex, leaf] of leaves) verifyLeaf(leaf, { groupId: context.groupId, leafIndex });
}

/** Whether each leaf supports the group. Throws `MlsError` V112, V113, V114 or V123, or `DecodeError`. */
export function checkCapabilities(leaves: Iterable<LeafNode>, cipherSuite: number, extensions: Extensions): void {
  const required = RequiredCapabilities.of(extensions);
  for (const { capabilities } of leaves) {
    if (!capabilities.versions.includes(MLS10)) throw refuse("V112");
    if (!capabilities.cipherSuites.includes(cipherSuite)) throw refuse("V113");
    if (required !== null && !capabilities.satisfies(required)) throw refuse("V114");
    for (const { extensionType } of extensions) {
      if (!capabilities.supportsExtension(extensionType)) throw refuse("V123", { extension_type: extensionType });
    }
  }
}

/** Throws `MlsError` V116 unless every member supports every type of credential in use. */
export function checkCredentials(tree: RatchetTree): void {
  const leaves = [...tree.leaves()];
  const inUse = [...new Set(leaves.map(([, leaf]) => leaf.credential.credentialType))];
  for (const [index, leaf] of leaves) {
    const { credentials } = leaf.capabilities;
    if (!inUse.every((type) => credentials.includes(type))) throw refuse("V116", { leaf_index: index });
  }
}
