"""Index arithmetic of the ratchet tree (RFC 9420 Appendix C).

A tree has a power of two of leaves. Leaves have even node indices, parents odd ones.
"""

from __future__ import annotations

from typing import NewType

LeafIndex = NewType("LeafIndex", int)
NodeIndex = NewType("NodeIndex", int)


def leaf_to_node(leaf: LeafIndex) -> NodeIndex:
    return NodeIndex(2 * leaf)


def node_to_leaf(node: NodeIndex) -> LeafIndex:
    """Raises `ValueError` for a parent."""
    if node & 1:
        raise ValueError("a parent is not a leaf")
    return LeafIndex(node >> 1)


def is_leaf(node: NodeIndex) -> bool:
    return not node & 1


def node_width(leaf_count: int) -> int:
    """How many nodes a tree of `leaf_count` leaves has; none without leaves."""
    return 2 * leaf_count - 1 if leaf_count else 0


def level(node: NodeIndex) -> int:
    """0 for a leaf, 1 for the parent of two leaves, and so on."""
    return (~node & (node + 1)).bit_length() - 1


def root(leaf_count: int) -> NodeIndex:
    """Raises `ValueError` for a tree without leaves."""
    if leaf_count < 1:
        raise ValueError("a tree without leaves has no root")
    return NodeIndex((1 << (node_width(leaf_count).bit_length() - 1)) - 1)


def left(node: NodeIndex) -> NodeIndex:
    """Raises `ValueError` for a leaf."""
    height = level(node)
    if height == 0:
        raise ValueError("a leaf has no children")
    return NodeIndex(node ^ (1 << (height - 1)))


def right(node: NodeIndex) -> NodeIndex:
    """Raises `ValueError` for a leaf."""
    height = level(node)
    if height == 0:
        raise ValueError("a leaf has no children")
    return NodeIndex(node ^ (3 << (height - 1)))


def parent(node: NodeIndex, leaf_count: int) -> NodeIndex:
    """Raises `ValueError` for the root."""
    if node == root(leaf_count):
        raise ValueError("the root has no parent")
    height = level(node)
    return NodeIndex((node | (1 << height)) & ~(2 << height))


def sibling(node: NodeIndex, leaf_count: int) -> NodeIndex:
    """Raises `ValueError` for the root."""
    above = parent(node, leaf_count)
    return right(above) if node < above else left(above)


def direct_path(node: NodeIndex, leaf_count: int) -> list[NodeIndex]:
    """The ancestors of `node`, from its parent up to the root."""
    path: list[NodeIndex] = []
    top = root(leaf_count)
    while node != top:
        node = parent(node, leaf_count)
        path.append(node)
    return path


def copath(node: NodeIndex, leaf_count: int) -> list[NodeIndex]:
    """The siblings of `node` and of its ancestors below the root, in the order of the direct path."""
    below_root = [node, *direct_path(node, leaf_count)][:-1]
    return [sibling(passed, leaf_count) for passed in below_root]


def covers(ancestor: NodeIndex, node: NodeIndex) -> bool:
    """Whether `node` stands in the subtree of `ancestor` (which covers itself)."""
    reach = (1 << level(ancestor)) - 1
    return ancestor - reach <= node <= ancestor + reach


def common_ancestor(first: NodeIndex, second: NodeIndex) -> NodeIndex:
    """The lowest node whose subtree holds both."""
    while not covers(first, second):
        height = level(first)
        first = NodeIndex((first | (1 << height)) & ~(2 << height))
    return first


def leaf_count_for(leaves: int) -> int:
    """The smallest power of two that has room for `leaves`; 0 for none."""
    return 1 << (leaves - 1).bit_length() if leaves else 0
