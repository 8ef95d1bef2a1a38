"""The ratchet tree: an immutable value; every change gives a new tree that shares what did not change (RFC 9420 §7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from cencomm.crypto.mls.public import subtree as st
from cencomm.crypto.mls.public import tree_math
from cencomm.crypto.mls.public.commit import UpdatePath
from cencomm.crypto.mls.public.leaf_node import LeafNode
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.subtree import MAX_LEAVES, ParentNode, ParentTree
from cencomm.crypto.mls.public.tree_math import LeafIndex, NodeIndex
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.primitives import sha256
from cencomm.crypto.tls import DecodeError, Reader, Writer

__all__ = ["MAX_LEAVES", "Node", "ParentNode", "RatchetTree", "parent_hash"]

Node = LeafNode | ParentNode

_LEAF, _PARENT = 1, 2


def parent_hash(encryption_key: bytes, above: bytes, sibling_tree_hash: bytes) -> bytes:
    """The hash that a child keeps of its parent (§7.9): the parent's key, what the parent keeps, the other child."""
    return sha256(Writer().vector(encryption_key).vector(above).vector(sibling_tree_hash).bytes())


def _encode_node(node: Node) -> bytes:
    return Writer().u8(_LEAF if isinstance(node, LeafNode) else _PARENT).raw(node.encode()).bytes()


def _encode_slot(node: Node | None) -> bytes:
    return b"\x00" if node is None else b"\x01" + _encode_node(node)


def _read_node(reader: Reader) -> Node:
    node_type = reader.u8()
    if node_type == _LEAF:
        return LeafNode.read(reader)
    if node_type == _PARENT:
        return ParentNode.read(reader)
    raise DecodeError("node_type_unknown")


def _blank(_: ParentTree) -> None:
    """Every parent above a leaf that changes its key becomes blank (§12.1.2, §12.1.3)."""


@dataclass(frozen=True, eq=False, slots=True)
class RatchetTree(Struct):
    """The members of a group and the keys above them; `leaf_count` is a power of two, members and blanks alike."""

    _top: st.Subtree

    # ------------------------------------------------------------ building and bytes

    @classmethod
    def of(cls, leaf: LeafNode) -> Self:
        """The tree of a group with one member (§11)."""
        return cls(st.LeafTree(0, leaf))

    @classmethod
    def from_nodes(cls, nodes: Sequence[Node | None]) -> Self:
        """The tree of these nodes, in the order of their indices. Raises `MlsError` V204 or V207."""
        if not nodes or nodes[-1] is None or len(nodes) % 2 == 0:
            raise refuse("V204")
        for index, node in enumerate(nodes):
            if node is not None and isinstance(node, LeafNode) != (index % 2 == 0):
                raise refuse("V207", node_index=index)
        leaf_count = tree_math.leaf_count_for(len(nodes) // 2 + 1)
        return cls(st.build(leaf_count.bit_length() - 1, 0, nodes))

    def encode(self) -> bytes:
        """The `ratchet_tree` extension's data (§12.4.3.3): the nodes up to the last that is not blank."""
        nodes = self.nodes
        length = len(nodes)
        while length and nodes[length - 1] is None:
            length -= 1
        return Writer().vector_of(nodes[:length], _encode_slot).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """Raises `DecodeError`, or `MlsError` V204 or V207."""
        return cls.from_nodes(reader.vector_of(lambda inner: inner.optional(_read_node), 2 * MAX_LEAVES - 1))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RatchetTree) and self.tree_hash() == other.tree_hash()

    def __hash__(self) -> int:
        return hash(self.tree_hash())

    # ------------------------------------------------------------ reading

    @property
    def top(self) -> st.Subtree:
        return self._top

    @property
    def leaf_count(self) -> int:
        """The leaves that the tree has room for."""
        return self._top.width

    @property
    def member_count(self) -> int:
        return self._top.members

    @property
    def root(self) -> NodeIndex:
        return self._top.node_index

    @property
    def nodes(self) -> tuple[Node | None, ...]:
        """All nodes in the order of their indices."""
        flat: list[Node | None] = [None] * tree_math.node_width(self.leaf_count)
        for index, leaf in self.leaves():
            flat[2 * index] = leaf
        for place, parent in st.iterate_parents(self._top):
            flat[place.node_index] = parent
        return tuple(flat)

    def node(self, node: NodeIndex) -> Node | None:
        """What stands at `node`; nothing where it is blank or outside of the tree."""
        if not 0 <= node < tree_math.node_width(self.leaf_count):
            return None
        place = st.find_node(self._top, node)
        return place.parent if isinstance(place, ParentTree) else place.leaf

    def leaf(self, index: LeafIndex) -> LeafNode | None:
        """The member at `index`; nothing where the leaf is blank or outside of the tree."""
        node = self.node(tree_math.leaf_to_node(index))
        return node if isinstance(node, LeafNode) else None

    def parent(self, node: NodeIndex) -> ParentNode | None:
        """The parent at `node`; nothing where it is blank, a leaf or outside of the tree."""
        found = self.node(node)
        return found if isinstance(found, ParentNode) else None

    def leaves(self) -> Iterator[tuple[LeafIndex, LeafNode]]:
        """The members with their indices, from left to right."""
        return st.iterate_leaves(self._top)

    def parents(self) -> Iterator[tuple[NodeIndex, ParentNode]]:
        """The parents that are not blank, with their indices."""
        return ((place.node_index, parent) for place, parent in st.iterate_parents(self._top))

    def find_leaf(self, wanted: LeafNode | bytes) -> LeafIndex | None:
        """Where this very leaf stands, or the leaf with this signature key."""
        for index, leaf in self.leaves():
            if leaf == wanted if isinstance(wanted, LeafNode) else leaf.signature_key == wanted:
                return index
        return None

    def encryption_key(self, node: NodeIndex) -> bytes | None:
        """The public key at `node`, if it is not blank."""
        found = self.node(node)
        return None if found is None else found.encryption_key

    def resolution(self, node: NodeIndex) -> tuple[NodeIndex, ...]:
        """The nodes that together reach every member below `node` (§4.1.1)."""
        return st.find_node(self._top, node).resolution

    def _path(self, index: LeafIndex) -> list[tuple[ParentTree, st.Subtree]]:
        """The ancestors of a leaf from below, each with its child that is not above the leaf."""
        path: list[tuple[ParentTree, st.Subtree]] = []
        place = self._top
        while isinstance(place, ParentTree):
            on_left = index < place.right.base
            path.append((place, place.right if on_left else place.left))
            place = place.left if on_left else place.right
        return path[::-1]

    def filtered_path(self, index: LeafIndex) -> list[tuple[NodeIndex, NodeIndex]]:
        """The filtered direct path (§4.1.2) of a leaf, from below: (node, its child on the copath)."""
        return [(place.node_index, other.node_index) for place, other in self._path(index) if other.resolution]

    def filtered_direct_path(self, index: LeafIndex) -> list[NodeIndex]:
        """The ancestors of a leaf, from below, without those whose other child reaches nobody (§4.1.2)."""
        return [node for node, _ in self.filtered_path(index)]

    def tree_hash(self, node: NodeIndex | None = None) -> bytes:
        """The hash of the tree, or of the subtree below `node` (§7.8)."""
        return (self._top if node is None else st.find_node(self._top, node)).tree_hash

    # ------------------------------------------------------------ changing

    def with_leaf(self, index: LeafIndex, leaf: LeafNode) -> RatchetTree:
        """The tree with this leaf at `index`; parents stay as they are."""
        return RatchetTree(st.change(self._top, index, leaf, lambda place: place.parent))

    def first_blank(self) -> LeafIndex:
        """Where the next member goes: the leftmost blank leaf, or the first beyond the tree (§7.7)."""
        found = st.first_blank(self._top)
        return LeafIndex(self.leaf_count if found is None else found)

    def add(self, leaf: LeafNode) -> tuple[RatchetTree, LeafIndex]:
        """The tree with one more member, and its index (§12.1.1). Raises `MlsError` V342 if there is no room."""
        top, index = self._top, self.first_blank()
        if index == top.width:
            if 2 * top.width > MAX_LEAVES:
                raise refuse("V342")
            top = st.join(None, top, st.blank(top.height, top.width))

        def unmerged(place: ParentTree) -> ParentNode | None:
            return None if place.parent is None else place.parent.with_unmerged(index)

        return RatchetTree(st.change(top, index, leaf, unmerged)), index

    def update(self, index: LeafIndex, leaf: LeafNode) -> RatchetTree:
        """The tree with another leaf at `index` and nothing above it (§12.1.2)."""
        return RatchetTree(st.change(self._top, index, leaf, _blank))

    with_update = update

    def remove(self, index: LeafIndex) -> RatchetTree:
        """The tree without the member at `index` and without what it knew, as small as it can be (§12.1.3)."""
        top = st.change(self._top, index, None, _blank)
        while isinstance(top, ParentTree) and top.right.members == 0:
            top = top.left
        return RatchetTree(top)

    def with_path(self, index: LeafIndex, keys: Sequence[bytes]) -> tuple[RatchetTree, bytes]:
        """The tree with fresh parents above a leaf, and the parent hash that the leaf must have (§7.5, §7.9).

        Args:
            index: the leaf, whose node stays as it is.
            keys: the public keys for `filtered_direct_path(index)`, from below; `ValueError` if there are not as many.
        """
        above = b""
        fresh: dict[int, ParentNode] = {}
        filtered = [(place, other) for place, other in self._path(index) if other.resolution]
        for (place, other), key in zip(reversed(filtered), reversed(keys), strict=True):
            fresh[place.height] = ParentNode(key, above, ())
            above = parent_hash(key, above, other.tree_hash)
        leaf = self.leaf(index)
        return RatchetTree(st.change(self._top, index, leaf, lambda place: fresh.get(place.height))), above

    def merge_path(self, index: LeafIndex, path: UpdatePath) -> RatchetTree:
        """The tree after an update path of the member at `index`.

        Raises:
            MlsError: the path has the wrong length (V332) or its leaf the wrong parent hash (V334).
        """
        if len(path.nodes) != len(self.filtered_direct_path(index)):
            raise refuse("V332", nodes=len(path.nodes))
        tree, leaf_parent_hash = self.with_path(index, [node.encryption_key for node in path.nodes])
        if path.leaf_node.parent_hash != leaf_parent_hash:
            raise refuse("V334")
        return tree.with_leaf(index, path.leaf_node)
