/**
 * The ratchet tree: an immutable value; every change gives a new tree that shares what did not change (RFC 9420 §7).
 */

import { concat, equal } from "../../bytes.ts";
import { sha256 } from "../../primitives.ts";
import { DecodeError, type Reader, Writer } from "../../tls.ts";
import type { UpdatePath } from "./commit.ts";
import { LeafNode } from "./leaf_node.ts";
import { Struct, same } from "./struct.ts";
import * as st from "./subtree.ts";
import { MAX_LEAVES, ParentNode, ParentTree } from "./subtree.ts";
import * as treeMath from "./tree_math.ts";
import type { LeafIndex, NodeIndex } from "./tree_math.ts";
import { refuse } from "./validation.ts";

export { MAX_LEAVES, ParentNode };

export type Node = LeafNode | ParentNode;

const LEAF = 1;
const PARENT = 2;
const BLANK_SLOT = Uint8Array.of(0);

/** The hash that a child keeps of its parent (§7.9): the parent's key, what the parent keeps, the other child. */
export function parentHash(encryptionKey: Uint8Array, above: Uint8Array, siblingTreeHash: Uint8Array): Uint8Array {
  return sha256(new Writer().vector(encryptionKey).vector(above).vector(siblingTreeHash).bytes());
}

function encodeSlot(node: Node | null): Uint8Array {
  if (node === null) return BLANK_SLOT;
  return concat(Uint8Array.of(1, node instanceof LeafNode ? LEAF : PARENT), node.encode());
}

function readNode(reader: Reader): Node {
  const nodeType = reader.u8();
  if (nodeType === LEAF) return LeafNode.read(reader);
  if (nodeType === PARENT) return ParentNode.read(reader);
  throw new DecodeError("node_type_unknown");
}

/** An ancestor of a leaf, with its child that is not above the leaf. */
interface PathPlace {
  readonly place: ParentTree;
  readonly other: st.Subtree;
}

/** A node of a filtered direct path and its child on the copath. */
export interface FilteredNode {
  readonly node: NodeIndex;
  readonly copath: NodeIndex;
}

/** The members of a group and the keys above them; `leafCount` is a power of two, members and blanks alike. */
export class RatchetTree extends Struct {
  readonly top: st.Subtree;

  private constructor(top: st.Subtree) {
    super();
    this.top = top;
  }

  // -------------------------------------------------------------- building and bytes

  /** The tree of a group with one member (§11). */
  static of(leaf: LeafNode): RatchetTree {
    return new RatchetTree(new st.LeafTree(0, leaf));
  }

  /** The tree of these nodes, in the order of their indices. Throws `MlsError` V204 or V207. */
  static fromNodes(nodes: readonly (Node | null)[]): RatchetTree {
    if ((nodes.at(-1) ?? null) === null || nodes.length % 2 === 0) throw refuse("V204");
    nodes.forEach((node, index) => {
      const fits = node === null || node instanceof LeafNode === treeMath.isLeaf(index);
      if (!fits) throw refuse("V207", { node_index: index });
    });
    const leafCount = treeMath.leafCountFor((nodes.length + 1) / 2);
    return new RatchetTree(st.build(Math.log2(leafCount), 0, nodes));
  }

  /** The `ratchet_tree` extension's data (§12.4.3.3): the nodes up to the last that is not blank. */
  encode(): Uint8Array {
    const nodes = this.nodes;
    let length = nodes.length;
    while (length > 0 && nodes[length - 1] === null) length--;
    return new Writer().vectorOf(nodes.slice(0, length), encodeSlot).bytes();
  }

  /** Throws `DecodeError`, or `MlsError` V204 or V207. */
  static read(reader: Reader): RatchetTree {
    return RatchetTree.fromNodes(reader.vectorOf((inner) => inner.optional(readNode), 2 * MAX_LEAVES - 1));
  }

  // -------------------------------------------------------------- reading

  /** The leaves that the tree has room for. */
  get leafCount(): number {
    return this.top.width;
  }

  get memberCount(): number {
    return this.top.members;
  }

  get root(): NodeIndex {
    return this.top.nodeIndex;
  }

  /** All nodes in the order of their indices. */
  get nodes(): readonly (Node | null)[] {
    const flat: (Node | null)[] = new Array<null>(treeMath.nodeWidth(this.leafCount)).fill(null);
    for (const [index, leaf] of this.leaves()) flat[2 * index] = leaf;
    for (const [place, parent] of st.iterateParents(this.top)) flat[place.nodeIndex] = parent;
    return flat;
  }

  /** What stands at `node`; nothing where it is blank or outside of the tree. */
  node(node: NodeIndex): Node | null {
    if (node < 0 || node >= treeMath.nodeWidth(this.leafCount)) return null;
    const place = st.findNode(this.top, node);
    return place instanceof ParentTree ? place.parent : place.leaf;
  }

  /** The member at `index`; nothing where the leaf is blank or outside of the tree. */
  leaf(index: LeafIndex): LeafNode | null {
    const node = this.node(treeMath.leafToNode(index));
    return node instanceof LeafNode ? node : null;
  }

  /** The parent at `node`; nothing where it is blank, a leaf or outside of the tree. */
  parent(node: NodeIndex): ParentNode | null {
    const found = this.node(node);
    return found instanceof ParentNode ? found : null;
  }

  /** The members with their indices, from left to right. */
  leaves(): Generator<readonly [LeafIndex, LeafNode]> {
    return st.iterateLeaves(this.top);
  }

  /** The parents that are not blank, with their places. */
  parents(): Generator<readonly [ParentTree, ParentNode]> {
    return st.iterateParents(this.top);
  }

  /** Where this very leaf stands, or the leaf with this signature key. */
  findLeaf(wanted: LeafNode | Uint8Array): LeafIndex | null {
    for (const [index, leaf] of this.leaves()) {
      const found = wanted instanceof LeafNode ? same(leaf, wanted) : equal(leaf.signatureKey, wanted);
      if (found) return index;
    }
    return null;
  }

  /** The public key at `node`, if it is not blank. */
  encryptionKey(node: NodeIndex): Uint8Array | null {
    return this.node(node)?.encryptionKey ?? null;
  }

  /** The nodes that together reach every member below `node` (§4.1.1). */
  resolution(node: NodeIndex): NodeIndex[] {
    return st.resolution(st.findNode(this.top, node));
  }

  /** The ancestors of a leaf from below whose other child reaches somebody (§4.1.2). */
  #filtered(index: LeafIndex): PathPlace[] {
    const path: PathPlace[] = [];
    let place = this.top;
    while (place instanceof ParentTree) {
      const onLeft = index < place.right.base;
      const other = onLeft ? place.right : place.left;
      if (other.members > 0 || st.resolution(other).length > 0) path.push({ place, other });
      place = onLeft ? place.left : place.right;
    }
    return path.reverse();
  }

  /** The filtered direct path (§4.1.2) of a leaf, from below. */
  filteredPath(index: LeafIndex): readonly FilteredNode[] {
    return this.#filtered(index).map(({ place, other }) => ({ node: place.nodeIndex, copath: other.nodeIndex }));
  }

  /** The ancestors of a leaf, from below, without those whose other child reaches nobody (§4.1.2). */
  filteredDirectPath(index: LeafIndex): readonly NodeIndex[] {
    return this.#filtered(index).map(({ place }) => place.nodeIndex);
  }

  /** The hash of the tree, or of the subtree below `node` (§7.8). */
  treeHash(node: NodeIndex = this.root): Uint8Array {
    return st.findNode(this.top, node).treeHash;
  }

  // -------------------------------------------------------------- changing

  /** The tree with this leaf at `index`; parents stay as they are. */
  withLeaf(index: LeafIndex, leaf: LeafNode): RatchetTree {
    return new RatchetTree(st.change(this.top, index, leaf, (place) => place.parent));
  }

  /** The tree with one more member in the leftmost blank leaf (§7.7, §12.1.1). Throws `MlsError` V342 without room. */
  add(leaf: LeafNode): { tree: RatchetTree; index: LeafIndex } {
    let top = this.top;
    const index = st.firstBlank(top) ?? top.width;
    if (index === top.width) {
      if (2 * top.width > MAX_LEAVES) throw refuse("V342");
      top = new ParentTree(null, top, st.blank(top.height, top.width));
    }
    const unmerged = ({ parent }: ParentTree): ParentNode | null => parent?.withUnmerged(index) ?? null;
    return { tree: new RatchetTree(st.change(top, index, leaf, unmerged)), index };
  }

  /** The tree with another leaf at `index` and nothing above it (§12.1.2). */
  update(index: LeafIndex, leaf: LeafNode): RatchetTree {
    return new RatchetTree(st.change(this.top, index, leaf, () => null));
  }

  /** The tree without the member at `index` and without what it knew, as small as it can be (§12.1.3). */
  remove(index: LeafIndex): RatchetTree {
    let top = st.change(this.top, index, null, () => null);
    while (top instanceof ParentTree && top.right.members === 0) top = top.left;
    return new RatchetTree(top);
  }

  /**
   * The tree with fresh parents above a leaf, and the parent hash that the leaf must have (§7.5, §7.9).
   *
   * `keys` are the public keys for `filteredDirectPath(index)`, from below; RangeError if there are not as many.
   */
  withPath(index: LeafIndex, keys: readonly Uint8Array[]): { tree: RatchetTree; parentHash: Uint8Array } {
    const filtered = this.#filtered(index);
    if (filtered.length !== keys.length) throw new RangeError("a path has one key for each node");
    let above: Uint8Array = new Uint8Array();
    const fresh = new Map<number, ParentNode>();
    for (let step = filtered.length - 1; step >= 0; step--) {
      const { place, other } = filtered[step]!;
      const key = keys[step]!;
      fresh.set(place.height, new ParentNode(key, above, []));
      above = parentHash(key, above, other.treeHash);
    }
    const top = st.change(this.top, index, this.leaf(index), ({ height }) => fresh.get(height) ?? null);
    return { tree: new RatchetTree(top), parentHash: above };
  }

  /**
   * The tree after an update path of the member at `index`.
   *
   * Throws `MlsError`: the path has the wrong length (V332) or its leaf the wrong parent hash (V334).
   */
  mergePath(index: LeafIndex, path: UpdatePath): RatchetTree {
    if (path.nodes.length !== this.filteredDirectPath(index).length) throw refuse("V332", { nodes: path.nodes.length });
    const merged = this.withPath(index, path.nodes.map((node) => node.encryptionKey));
    const { parentHash: kept } = path.leafNode;
    if (kept === null || !equal(kept, merged.parentHash)) throw refuse("V334");
    return merged.tree.withLeaf(index, path.leafNode);
  }
}
