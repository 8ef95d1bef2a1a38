/**
 * Index arithmetic of the ratchet tree (RFC 9420 Appendix C).
 *
 * A tree has a power of two of leaves. Leaves have even node indices, parents odd ones. Every function throws
 * RangeError where there is no answer. Indices stay below 2^31: the largest tree has 2^15 leaves.
 */

export type LeafIndex = number;
export type NodeIndex = number;

export function leafToNode(leaf: LeafIndex): NodeIndex {
  return 2 * leaf;
}

export function isLeaf(node: NodeIndex): boolean {
  return (node & 1) === 0;
}

/** How many nodes a tree of `leafCount` leaves has; none without leaves. */
export function nodeWidth(leafCount: number): number {
  return leafCount === 0 ? 0 : 2 * leafCount - 1;
}

/** 0 for a leaf, 1 for the parent of two leaves, and so on. */
export function level(node: NodeIndex): number {
  return 31 - Math.clz32(~node & (node + 1));
}

export function root(leafCount: number): NodeIndex {
  if (leafCount < 1) throw new RangeError("a tree without leaves has no root");
  return (1 << (31 - Math.clz32(nodeWidth(leafCount)))) - 1;
}

export function left(node: NodeIndex): NodeIndex {
  const height = level(node);
  if (height === 0) throw new RangeError("a leaf has no children");
  return node ^ (1 << (height - 1));
}

export function right(node: NodeIndex): NodeIndex {
  const height = level(node);
  if (height === 0) throw new RangeError("a leaf has no children");
  return node ^ (3 << (height - 1));
}

function above(node: NodeIndex): NodeIndex {
  const height = level(node);
  return (node | (1 << height)) & ~(2 << height);
}

export function parent(node: NodeIndex, leafCount: number): NodeIndex {
  if (node === root(leafCount)) throw new RangeError("the root has no parent");
  return above(node);
}

export function sibling(node: NodeIndex, leafCount: number): NodeIndex {
  const over = parent(node, leafCount);
  return node < over ? right(over) : left(over);
}

/** Whether `node` stands in the subtree of `ancestor` (which covers itself). */
export function covers(ancestor: NodeIndex, node: NodeIndex): boolean {
  const reach = (1 << level(ancestor)) - 1;
  return ancestor - reach <= node && node <= ancestor + reach;
}

/** The lowest node whose subtree holds both. */
export function commonAncestor(first: NodeIndex, second: NodeIndex): NodeIndex {
  let node = first;
  while (!covers(node, second)) node = above(node);
  return node;
}

/** The smallest power of two that has room for `leaves`; 0 for none. */
export function leafCountFor(leaves: number): number {
  return leaves === 0 ? 0 : 1 << (32 - Math.clz32(leaves - 1));
}
