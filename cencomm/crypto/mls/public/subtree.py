"""The persistent binary tree below `RatchetTree`: nodes never change, so unchanged parts and their hashes are shared.

A tree after a commit has new nodes only on the changed leaves' paths to the root; everything else, and every hash that
was taken of it, is the same object as before.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from cencomm.crypto.mls.public.leaf_node import LeafNode
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.tree_math import LeafIndex, NodeIndex
from cencomm.crypto.primitives import sha256
from cencomm.crypto.tls import Reader, Writer

MAX_LEAVES = 2**15
"""The largest tree that is read or built."""

_LEAF, _PARENT = 1, 2


@dataclass(frozen=True)
class ParentNode(Struct):
    """A parent: its key, the hash of what is above it, and the leaves that do not know its private key (§7.1)."""

    encryption_key: bytes
    parent_hash: bytes
    unmerged_leaves: tuple[LeafIndex, ...]

    @cached_property
    def _encoded(self) -> bytes:
        writer = Writer().vector(self.encryption_key).vector(self.parent_hash)
        return writer.vector_of(self.unmerged_leaves, lambda leaf: leaf.to_bytes(4, "big")).bytes()

    def encode(self) -> bytes:
        return self._encoded

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            encryption_key=reader.vector(),
            parent_hash=reader.vector(),
            unmerged_leaves=reader.vector_of(lambda inner: LeafIndex(inner.u32()), MAX_LEAVES),
        )

    @cached_property
    def unmerged_set(self) -> frozenset[LeafIndex]:
        return frozenset(self.unmerged_leaves)

    def without(self, leaves: Set[LeafIndex]) -> ParentNode:
        kept = tuple(leaf for leaf in self.unmerged_leaves if leaf not in leaves)
        return self if kept == self.unmerged_leaves else ParentNode(self.encryption_key, self.parent_hash, kept)

    def with_unmerged(self, leaf: LeafIndex) -> ParentNode:
        return ParentNode(self.encryption_key, self.parent_hash, tuple(sorted({*self.unmerged_leaves, leaf})))


@dataclass(frozen=True, slots=True)
class Census:
    """What must hold over all nodes below, counted once for each subtree that did not change."""

    nodes: int
    """Nodes that are not blank: where none share a key there are as many `encryption_keys`."""
    encryption_keys: frozenset[bytes]
    signature_keys: frozenset[bytes]
    credentials_used: frozenset[int]
    credentials_shared: frozenset[int] | None
    """The types of credential that every member below supports; None where there is no member."""

    @classmethod
    def of_leaf(cls, leaf: LeafNode | None) -> Census:
        if leaf is None:
            return _NOBODY
        keys, supported = frozenset((leaf.encryption_key,)), frozenset(leaf.capabilities.credentials)
        used = frozenset((leaf.credential.credential_type,))
        return cls(1, keys, frozenset((leaf.signature_key,)), used, supported)

    def with_others(self, other: Census, parent: ParentNode | None) -> Census:
        keys = self.encryption_keys | other.encryption_keys
        shared = self.credentials_shared
        if shared is None or other.credentials_shared is None:
            shared = other.credentials_shared if shared is None else shared
        else:
            shared &= other.credentials_shared
        return Census(
            nodes=self.nodes + other.nodes + (parent is not None),
            encryption_keys=keys if parent is None else keys | {parent.encryption_key},
            signature_keys=self.signature_keys | other.signature_keys,
            credentials_used=self.credentials_used | other.credentials_used,
            credentials_shared=shared,
        )


_NOBODY = Census(0, frozenset(), frozenset(), frozenset(), None)


@dataclass(frozen=True, eq=False)
class LeafTree:
    """A subtree of one leaf."""

    base: int
    leaf: LeafNode | None

    height = 0
    width = 1

    @property
    def members(self) -> int:
        return 0 if self.leaf is None else 1

    @property
    def node_index(self) -> NodeIndex:
        return NodeIndex(2 * self.base)

    @cached_property
    def tree_hash(self) -> bytes:
        return leaf_hash(self.base, self.leaf)

    @cached_property
    def census(self) -> Census:
        return Census.of_leaf(self.leaf)

    @property
    def resolution(self) -> tuple[NodeIndex, ...]:
        """The nodes that together reach every member below (§4.1.1)."""
        return () if self.leaf is None else (self.node_index,)


@dataclass(frozen=True, eq=False)
class ParentTree:
    """A subtree of `2**height` leaves, the first of which has the index `base`; `members` are not blank."""

    height: int
    base: int
    parent: ParentNode | None
    left: Subtree
    right: Subtree
    members: int

    @property
    def width(self) -> int:
        return 1 << self.height

    @property
    def node_index(self) -> NodeIndex:
        return NodeIndex(2 * self.base + self.width - 1)

    @cached_property
    def tree_hash(self) -> bytes:
        return parent_tree_hash(self.parent, self.left.tree_hash, self.right.tree_hash)

    @cached_property
    def census(self) -> Census:
        return self.left.census.with_others(self.right.census, self.parent)

    @cached_property
    def resolution(self) -> tuple[NodeIndex, ...]:
        """The nodes that together reach every member below (§4.1.1)."""
        if self.parent is not None:
            return (self.node_index, *(NodeIndex(2 * leaf) for leaf in self.parent.unmerged_leaves))
        return () if self.members == 0 else self.left.resolution + self.right.resolution


Subtree = LeafTree | ParentTree


def leaf_hash(index: int, leaf: LeafNode | None) -> bytes:
    """The tree hash of a leaf (§7.8)."""
    return sha256(Writer().u8(_LEAF).u32(index).optional(leaf, LeafNode.encode).bytes())


def parent_tree_hash(parent: ParentNode | None, left_hash: bytes, right_hash: bytes) -> bytes:
    """The tree hash of a parent (§7.8)."""
    writer = Writer().u8(_PARENT).optional(parent, ParentNode.encode)
    return sha256(writer.vector(left_hash).vector(right_hash).bytes())


def join(parent: ParentNode | None, left: Subtree, right: Subtree) -> ParentTree:
    return ParentTree(left.height + 1, left.base, parent, left, right, left.members + right.members)


def blank(height: int, base: int) -> Subtree:
    """A subtree of `2**height` blank leaves."""
    if height == 0:
        return LeafTree(base, None)
    return join(None, blank(height - 1, base), blank(height - 1, base + (1 << (height - 1))))


def build(height: int, base: int, nodes: Sequence[LeafNode | ParentNode | None]) -> Subtree:
    """The subtree of a list of nodes in the order of their indices; what the list does not reach is blank."""
    middle = 2 * base + (1 << height) - 1
    node = nodes[middle] if middle < len(nodes) else None
    if height == 0:
        assert not isinstance(node, ParentNode)
        return LeafTree(base, node)
    assert not isinstance(node, LeafNode)
    half = 1 << (height - 1)
    return join(node, build(height - 1, base, nodes), build(height - 1, base + half, nodes))


ParentChange = Callable[[ParentTree], ParentNode | None]


def change(tree: Subtree, index: int, leaf: LeafNode | None, parent_change: ParentChange) -> Subtree:
    """`tree` with another leaf at `index`, and each parent above it as `parent_change` gives it."""
    if isinstance(tree, LeafTree):
        return LeafTree(tree.base, leaf)
    parent = parent_change(tree)
    if index < tree.right.base:
        return join(parent, change(tree.left, index, leaf, parent_change), tree.right)
    return join(parent, tree.left, change(tree.right, index, leaf, parent_change))


def find_node(tree: Subtree, node: NodeIndex) -> Subtree:
    """The subtree below `node`, which must be in the tree."""
    while isinstance(tree, ParentTree) and node != tree.node_index:
        tree = tree.left if node < tree.node_index else tree.right
    return tree


def first_blank(tree: Subtree) -> int | None:
    """The index of the leftmost blank leaf, found without looking at every leaf."""
    if tree.members == tree.width:
        return None
    while isinstance(tree, ParentTree):
        tree = tree.left if tree.left.members < tree.left.width else tree.right
    return tree.base


def hash_without(tree: Subtree, leaves: Sequence[LeafIndex]) -> bytes:
    """The tree hash as it was before `leaves` (in order) were added (§7.9)."""
    return _hash_without(tree, leaves, frozenset(leaves)) if leaves else tree.tree_hash


def _hash_without(tree: Subtree, leaves: Sequence[LeafIndex], gone: Set[LeafIndex]) -> bytes:
    start = bisect_left(leaves, tree.base)
    if start == len(leaves) or leaves[start] >= tree.base + tree.width:
        return tree.tree_hash
    if isinstance(tree, LeafTree):
        return leaf_hash(tree.base, None)
    parent = None if tree.parent is None else tree.parent.without(gone)
    return parent_tree_hash(parent, _hash_without(tree.left, leaves, gone), _hash_without(tree.right, leaves, gone))


def iterate_leaves(tree: Subtree) -> Iterator[tuple[LeafIndex, LeafNode]]:
    """The members below, from left to right."""
    pending = [tree]
    while pending:
        current = pending.pop()
        if isinstance(current, ParentTree):
            if current.members:
                pending += (current.right, current.left)
        elif current.leaf is not None:
            yield LeafIndex(current.base), current.leaf


def iterate_parents(tree: Subtree) -> Iterator[tuple[ParentTree, ParentNode]]:
    """The parents below that are not blank."""
    pending = [tree]
    while pending:
        current = pending.pop()
        if isinstance(current, ParentTree):
            pending += (current.right, current.left)
            if current.parent is not None:
                yield current, current.parent
