import { expect, test } from "vitest";

import { verifyLeaf } from "../../src/crypto/mls/public/leaf_node.ts";
import { Add, Remove, Update, decodeProposal } from "../../src/crypto/mls/public/proposals.ts";
import { RatchetTree } from "../../src/crypto/mls/public/tree.ts";
import { checkCapabilities, checkCredentials, checkTree } from "../../src/crypto/mls/public/tree_checks.ts";
import * as treeMath from "../../src/crypto/mls/public/tree_math.ts";
import { allVectors, hex, ourVectors, text } from "./mls.ts";

interface TreeMath {
  readonly n_leaves: number;
  readonly n_nodes: number;
  readonly root: number;
  readonly left: readonly (number | null)[];
  readonly right: readonly (number | null)[];
  readonly parent: readonly (number | null)[];
  readonly sibling: readonly (number | null)[];
}

function orNull(find: () => number): number | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

test("tree-math", ({ skip }) => {
  for (const vector of allVectors<TreeMath>("tree-math", skip)) {
    const leaves = vector.n_leaves;
    const all = (find: (node: number) => number): (number | null)[] =>
      Array.from({ length: vector.n_nodes }, (_, node) => orNull(() => find(node)));
    expect(treeMath.nodeWidth(leaves)).toBe(vector.n_nodes);
    expect(treeMath.root(leaves)).toBe(vector.root);
    expect(all(treeMath.left)).toEqual(vector.left);
    expect(all(treeMath.right)).toEqual(vector.right);
    expect(all((node) => treeMath.parent(node, leaves))).toEqual(vector.parent);
    expect(all((node) => treeMath.sibling(node, leaves))).toEqual(vector.sibling);
  }
});

interface TreeOperation {
  readonly cipher_suite: number;
  readonly tree_before: string;
  readonly tree_hash_before: string;
  readonly proposal: string;
  readonly proposal_sender: number;
  readonly tree_after: string;
  readonly tree_hash_after: string;
}

function changed(before: RatchetTree, vector: TreeOperation): RatchetTree {
  const proposal = decodeProposal(hex(vector.proposal));
  if (proposal instanceof Add) return before.add(proposal.keyPackage.leafNode).tree;
  if (proposal instanceof Update) return before.update(vector.proposal_sender, proposal.leafNode);
  if (proposal instanceof Remove) return before.remove(proposal.removed);
  throw new Error("another proposal");
}

test("tree-operations", ({ skip }) => {
  for (const vector of ourVectors<TreeOperation>("tree-operations", skip)) {
    const before = RatchetTree.decode(hex(vector.tree_before));
    expect(text(before.treeHash())).toBe(vector.tree_hash_before);
    const after = changed(before, vector);
    expect(text(after.encode())).toBe(vector.tree_after);
    expect(text(after.treeHash())).toBe(vector.tree_hash_after);
    expect(text(before.encode())).toBe(vector.tree_before);
  }
});

interface TreeValidation {
  readonly cipher_suite: number;
  readonly tree: string;
  readonly group_id: string;
  readonly tree_hashes: readonly string[];
  readonly resolutions: readonly (readonly number[])[];
}

test("tree-validation", ({ skip }) => {
  for (const vector of ourVectors<TreeValidation>("tree-validation", skip)) {
    const tree = RatchetTree.decode(hex(vector.tree));
    expect(text(tree.encode())).toBe(vector.tree);
    expect(tree.nodes.map((_, node) => text(tree.treeHash(node)))).toEqual(vector.tree_hashes);
    expect(tree.nodes.map((_, node) => tree.resolution(node))).toEqual(vector.resolutions);
    checkTree(tree);
    checkCredentials(tree);
    const leaves = [...tree.leaves()];
    checkCapabilities(leaves.map(([, leaf]) => leaf), vector.cipher_suite, []);
    for (const [leafIndex, leaf] of leaves) verifyLeaf(leaf, { groupId: hex(vector.group_id), leafIndex });
  }
});
