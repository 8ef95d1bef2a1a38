"""Index arithmetic: what holds in every tree (the official vectors hold single values)."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public import tree_math as tm
from cencomm.crypto.mls.public.tree_math import LeafIndex, NodeIndex

WIDTHS = [1, 2, 4, 8, 16, 64]


@pytest.mark.parametrize("leaves", WIDTHS)
class TestEveryTree:
    def test_children_and_parents_undo_each_other(self, leaves: int) -> None:
        for number in range(1, tm.node_width(leaves), 2):
            node = NodeIndex(number)
            for child in (tm.left(node), tm.right(node)):
                assert tm.parent(child, leaves) == node
                assert tm.level(child) == tm.level(node) - 1
            assert tm.sibling(tm.left(node), leaves) == tm.right(node)
            assert tm.sibling(tm.right(node), leaves) == tm.left(node)

    def test_direct_path_and_copath_go_up_to_the_root(self, leaves: int) -> None:
        for number in range(leaves):
            node = tm.leaf_to_node(LeafIndex(number))
            path, copath = tm.direct_path(node, leaves), tm.copath(node, leaves)
            assert [tm.level(each) for each in path] == list(range(1, leaves.bit_length()))
            assert [tm.level(each) for each in copath] == list(range(leaves.bit_length() - 1))
            assert all(tm.covers(each, node) for each in path)
            assert not any(tm.covers(each, node) for each in copath)

    def test_common_ancestor_is_the_lowest_that_covers_both(self, leaves: int) -> None:
        for first in range(0, tm.node_width(leaves), 2):
            for second in range(0, tm.node_width(leaves), 2):
                a, b = NodeIndex(first), NodeIndex(second)
                paths = [[a, *tm.direct_path(a, leaves)], [b, *tm.direct_path(b, leaves)]]
                expected = next(node for node in paths[0] if node in paths[1])
                assert tm.common_ancestor(a, b) == expected

    def test_leaves_and_nodes_change_into_each_other(self, leaves: int) -> None:
        for number in range(leaves):
            assert tm.node_to_leaf(tm.leaf_to_node(LeafIndex(number))) == number


def test_what_is_not_there_is_our_own_fault() -> None:
    for impossible in (
        lambda: tm.root(0),
        lambda: tm.left(NodeIndex(2)),
        lambda: tm.right(NodeIndex(2)),
        lambda: tm.parent(NodeIndex(3), 4),
        lambda: tm.sibling(NodeIndex(3), 4),
        lambda: tm.node_to_leaf(NodeIndex(3)),
    ):
        with pytest.raises(ValueError, match=r"leaf|root|leaves"):
            impossible()


def test_width_of_a_tree() -> None:
    assert [tm.node_width(leaves) for leaves in (0, 1, 2, 4)] == [0, 1, 3, 7]
    assert [tm.leaf_count_for(leaves) for leaves in (0, 1, 2, 3, 4, 5)] == [0, 1, 2, 4, 4, 8]
    assert tm.is_leaf(NodeIndex(4))
    assert not tm.is_leaf(NodeIndex(5))
