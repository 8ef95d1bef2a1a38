"""The persistent tree: what does not change is shared, with its hashes."""

from __future__ import annotations

from cencomm.crypto.mls.public import subtree as st
from cencomm.crypto.mls.public.subtree import ParentNode, ParentTree
from cencomm.crypto.mls.public.tree_math import LeafIndex, NodeIndex
from tests.unit.crypto.mls.public.world import Client, fresh, leaf_of

LEAF = leaf_of(Client("somebody"))


def _full(height: int) -> st.Subtree:
    return st.build(height, 0, [LEAF, None] * (1 << height))


def test_change_copies_only_the_path() -> None:
    tree = _full(3)
    changed = st.change(tree, 5, None, lambda place: place.parent)
    assert isinstance(tree, ParentTree)
    assert isinstance(changed, ParentTree)
    assert changed.left is tree.left
    assert isinstance(changed.right, ParentTree)
    assert isinstance(tree.right, ParentTree)
    assert changed.right.right is tree.right.right
    assert (tree.members, changed.members) == (8, 7)


def test_hash_is_taken_once_for_what_is_shared() -> None:
    tree = _full(6)
    tree.tree_hash  # noqa: B018 - takes every hash
    changed = st.change(tree, 0, None, lambda place: place.parent)
    untaken = [place for place in _all(changed) if "tree_hash" not in vars(place)]
    assert len(untaken) == 7


def _all(tree: st.Subtree) -> list[st.Subtree]:
    return [tree, *_all(tree.left), *_all(tree.right)] if isinstance(tree, ParentTree) else [tree]


def test_nodes_stand_where_their_indices_say() -> None:
    tree = _full(3)
    assert sorted(place.node_index for place in _all(tree)) == list(range(15))
    for number in range(15):
        assert st.find_node(tree, NodeIndex(number)).node_index == number


def test_first_blank_is_the_leftmost() -> None:
    tree = _full(3)
    assert st.first_blank(tree) is None
    for index in (6, 3, 5):
        tree = st.change(tree, index, None, lambda place: place.parent)
    assert st.first_blank(tree) == 3
    assert st.first_blank(st.blank(3, 0)) == 0


def test_hash_without_leaves_is_the_hash_before_they_came() -> None:
    before = st.change(_full(2), 2, None, lambda place: place.parent)
    before = _with_root(before, ())
    after = _with_root(st.change(before, 2, LEAF, lambda place: place.parent), (LeafIndex(2),))
    assert after.tree_hash != before.tree_hash
    assert st.hash_without(after, (LeafIndex(2),)) == before.tree_hash
    assert st.hash_without(after, ()) == after.tree_hash
    assert st.hash_without(after, (LeafIndex(9),)) == after.tree_hash


KEY = fresh()


def _with_root(tree: st.Subtree, unmerged: tuple[LeafIndex, ...]) -> st.Subtree:
    assert isinstance(tree, ParentTree)
    return st.join(ParentNode(KEY, b"", unmerged), tree.left, tree.right)


def test_unmerged_leaves_are_kept_in_order() -> None:
    parent = ParentNode(KEY, b"", (LeafIndex(4),))
    assert parent.with_unmerged(LeafIndex(1)).unmerged_leaves == (1, 4)
    assert parent.with_unmerged(LeafIndex(4)).unmerged_leaves == (4,)
    assert parent.without({LeafIndex(1)}) is parent
    assert parent.without({LeafIndex(4)}).unmerged_leaves == ()


def test_resolution_of_a_parent_is_itself_and_its_unmerged_leaves() -> None:
    tree = _full(2)
    assert isinstance(tree, ParentTree)
    assert tree.resolution == (0, 2, 4, 6)
    assert _with_root(tree, (LeafIndex(2),)).resolution == (3, 4)
    assert st.blank(2, 0).resolution == ()


def test_iteration_goes_from_left_to_right() -> None:
    assert [index for index, _ in st.iterate_leaves(_full(3))] == list(range(8))
    assert [place.node_index for place, _ in st.iterate_parents(_with_root(_full(2), ()))] == [3]
