/**
 * The persistent binary tree below `RatchetTree`: nodes never change, so unchanged parts and their hashes are shared.
 *
 * A tree after a commit has new nodes only on the changed leaves' paths to the root; everything else, and every hash
 * that was taken of it, is the same object as before.
 */

import { uint } from "../../bytes.ts";
import { sha256 } from "../../primitives.ts";
import { type Reader, Writer } from "../../tls.ts";
import { LeafNode } from "./leaf_node.ts";
import { Struct, encoded } from "./struct.ts";
import type { LeafIndex, NodeIndex } from "./tree_math.ts";

/** The largest tree that is read or built. */
export const MAX_LEAVES = 2 ** 15;

const LEAF = 1;
const PARENT = 2;

/** A parent: its key, the hash of what is above it, and the leaves that do not know its private key (§7.1). */
export class ParentNode extends Struct {
  #encoded: Uint8Array | null = null;

  constructor(
    readonly encryptionKey: Uint8Array,
    readonly parentHash: Uint8Array,
    readonly unmergedLeaves: readonly LeafIndex[],
  ) {
    super();
  }

  encode(): Uint8Array {
    if (this.#encoded === null) {
      const writer = new Writer().vector(this.encryptionKey).vector(this.parentHash);
      this.#encoded = writer.vectorOf(this.unmergedLeaves, (leaf) => uint(leaf, 4)).bytes();
    }
    return this.#encoded;
  }

  static read(reader: Reader): ParentNode {
    return new ParentNode(reader.vector(), reader.vector(), reader.vectorOf((inner) => inner.u32(), MAX_LEAVES));
  }

  without(leaves: ReadonlySet<LeafIndex>): ParentNode {
    const kept = this.unmergedLeaves.filter((leaf) => !leaves.has(leaf));
    if (kept.length === this.unmergedLeaves.length) return this;
    return new ParentNode(this.encryptionKey, this.parentHash, kept);
  }

  withUnmerged(leaf: LeafIndex): ParentNode {
    const leaves = [...new Set([...this.unmergedLeaves, leaf])].sort((a, b) => a - b);
    return new ParentNode(this.encryptionKey, this.parentHash, leaves);
  }
}

/** A subtree of one leaf. */
export class LeafTree {
  readonly height = 0;
  readonly width = 1;
  #hash: Uint8Array | null = null;

  constructor(
    readonly base: number,
    readonly leaf: LeafNode | null,
  ) {}

  get members(): number {
    return this.leaf === null ? 0 : 1;
  }

  get nodeIndex(): NodeIndex {
    return 2 * this.base;
  }

  get treeHash(): Uint8Array {
    return (this.#hash ??= leafHash(this.base, this.leaf));
  }
}

/** A subtree of `2 ** height` leaves, the first of which has the index `base`. */
export class ParentTree {
  readonly height: number;
  readonly base: number;
  /** How many leaves are not blank. */
  readonly members: number;
  #hash: Uint8Array | null = null;

  constructor(
    readonly parent: ParentNode | null,
    readonly left: Subtree,
    readonly right: Subtree,
  ) {
    this.height = left.height + 1;
    this.base = left.base;
    this.members = left.members + right.members;
  }

  get width(): number {
    return 1 << this.height;
  }

  get nodeIndex(): NodeIndex {
    return 2 * this.base + this.width - 1;
  }

  get treeHash(): Uint8Array {
    return (this.#hash ??= parentTreeHash(this.parent, this.left.treeHash, this.right.treeHash));
  }
}

export type Subtree = LeafTree | ParentTree;

/** The tree hash of a leaf (§7.8). */
function leafHash(index: number, leaf: LeafNode | null): Uint8Array {
  return sha256(new Writer().u8(LEAF).u32(index).optional(leaf, encoded).bytes());
}

/** The tree hash of a parent (§7.8). */
function parentTreeHash(parent: ParentNode | null, leftHash: Uint8Array, rightHash: Uint8Array): Uint8Array {
  return sha256(new Writer().u8(PARENT).optional(parent, encoded).vector(leftHash).vector(rightHash).bytes());
}

/** A subtree of `2 ** height` blank leaves. */
export function blank(height: number, base: number): Subtree {
  if (height === 0) return new LeafTree(base, null);
  return new ParentTree(null, blank(height - 1, base), blank(height - 1, base + (1 << (height - 1))));
}

/**
 * The subtree of a list of nodes in the order of their indices; what the list does not reach is blank.
 *
 * The caller has checked that leaves stand at even places and parents at odd ones.
 */
export function build(height: number, base: number, nodes: readonly (LeafNode | ParentNode | null)[]): Subtree {
  const node = nodes[2 * base + (1 << height) - 1] ?? null;
  if (height === 0) return new LeafTree(base, node instanceof LeafNode ? node : null);
  const half = 1 << (height - 1);
  const parent = node instanceof ParentNode ? node : null;
  return new ParentTree(parent, build(height - 1, base, nodes), build(height - 1, base + half, nodes));
}

export type ParentChange = (place: ParentTree) => ParentNode | null;

/** `tree` with another leaf at `index`, and each parent above it as `parentChange` gives it. */
export function change(tree: Subtree, index: LeafIndex, leaf: LeafNode | null, parentChange: ParentChange): Subtree {
  if (tree instanceof LeafTree) return new LeafTree(tree.base, leaf);
  const parent = parentChange(tree);
  if (index < tree.right.base) return new ParentTree(parent, change(tree.left, index, leaf, parentChange), tree.right);
  return new ParentTree(parent, tree.left, change(tree.right, index, leaf, parentChange));
}

/** The subtree below `node`, which must be in the tree. */
export function findNode(tree: Subtree, node: NodeIndex): Subtree {
  let place = tree;
  while (place instanceof ParentTree && node !== place.nodeIndex) {
    place = node < place.nodeIndex ? place.left : place.right;
  }
  return place;
}

/** The index of the leftmost blank leaf, found without looking at every leaf. */
export function firstBlank(tree: Subtree): LeafIndex | null {
  if (tree.members === tree.width) return null;
  let place = tree;
  while (place instanceof ParentTree) place = place.left.members < place.left.width ? place.left : place.right;
  return place.base;
}

/** The nodes that together reach every member below (§4.1.1). */
export function resolution(tree: Subtree): NodeIndex[] {
  if (tree instanceof LeafTree) return tree.leaf === null ? [] : [tree.nodeIndex];
  if (tree.parent !== null) return [tree.nodeIndex, ...tree.parent.unmergedLeaves.map((leaf) => 2 * leaf)];
  if (tree.members === 0) return [];
  return [...resolution(tree.left), ...resolution(tree.right)];
}

/** The tree hash as it was before `leaves` were added (§7.9). */
export function hashWithout(tree: Subtree, leaves: readonly LeafIndex[]): Uint8Array {
  return leaves.length === 0 ? tree.treeHash : hashWithoutSet(tree, leaves, new Set(leaves));
}

function hashWithoutSet(tree: Subtree, leaves: readonly LeafIndex[], gone: ReadonlySet<LeafIndex>): Uint8Array {
  const below = leaves.filter((leaf) => leaf >= tree.base && leaf < tree.base + tree.width);
  if (below.length === 0) return tree.treeHash;
  if (tree instanceof LeafTree) return leafHash(tree.base, null);
  const parent = tree.parent === null ? null : tree.parent.without(gone);
  return parentTreeHash(parent, hashWithoutSet(tree.left, below, gone), hashWithoutSet(tree.right, below, gone));
}

/** The members below, from left to right. */
export function* iterateLeaves(tree: Subtree): Generator<readonly [LeafIndex, LeafNode]> {
  const pending: Subtree[] = [tree];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    if (current instanceof ParentTree) {
      if (current.members > 0) pending.push(current.right, current.left);
    } else if (current.leaf !== null) {
      yield [current.base, current.leaf];
    }
  }
}

/** The parents below that are not blank. */
export function* iterateParents(tree: Subtree): Generator<readonly [ParentTree, ParentNode]> {
  const pending: Subtree[] = [tree];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    if (current instanceof LeafTree) continue;
    pending.push(current.right, current.left);
    if (current.parent !== null) yield [current, current.parent];
  }
}
