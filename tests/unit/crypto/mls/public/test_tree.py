"""The ratchet tree: operations against a plain model, and the shapes that random histories give."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.crypto.mls.public import tree_math
from cencomm.crypto.mls.public.leaf_node import LeafNode, LeafNodeSource
from cencomm.crypto.mls.public.tree import MAX_LEAVES, Node, ParentNode, RatchetTree, parent_hash
from cencomm.crypto.mls.public.tree_checks import check_tree
from cencomm.crypto.mls.public.tree_math import LeafIndex, NodeIndex
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.tls import DecodeError, Writer, vector
from tests.unit.crypto.mls.public.world import Client, fresh, grown, leaf_of


def _plain_hash(nodes: tuple[Node | None, ...], node: NodeIndex) -> bytes:
    """The tree hash as §7.8 says it, without any sharing."""
    found = nodes[node]
    encoded = b"\x00" if found is None else b"\x01" + found.encode()
    if tree_math.is_leaf(node):
        return hashlib.sha256(b"\x01" + (node // 2).to_bytes(4, "big") + encoded).digest()
    below = [_plain_hash(nodes, child(node)) for child in (tree_math.left, tree_math.right)]
    return hashlib.sha256(b"\x02" + encoded + vector(below[0]) + vector(below[1])).digest()


def _plain_resolution(nodes: tuple[Node | None, ...], node: NodeIndex) -> list[NodeIndex]:
    found = nodes[node]
    if isinstance(found, ParentNode):
        return [node, *(tree_math.leaf_to_node(leaf) for leaf in found.unmerged_leaves)]
    if tree_math.is_leaf(node):
        return [] if found is None else [node]
    return _plain_resolution(nodes, tree_math.left(node)) + _plain_resolution(nodes, tree_math.right(node))


def _commit(tree: RatchetTree, index: LeafIndex) -> RatchetTree:
    """The tree after a commit of this member, as a path makes it."""
    member = tree.leaf(index)
    assert member is not None
    after, hashed = tree.with_path(index, [fresh() for _ in tree.filtered_direct_path(index)])
    return after.with_leaf(index, _committed(member, hashed))


def _committed(member: LeafNode, hashed: bytes) -> LeafNode:
    return replace(
        member, source=LeafNodeSource.COMMIT, lifetime=None, parent_hash=hashed, encryption_key=fresh(), signature=b""
    )


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "add", "remove", "update", "commit"]), st.integers(0, 99)), max_size=25
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_any_history_gives_a_valid_tree_that_agrees_with_the_plain_model(steps: list[tuple[str, int]]) -> None:
    tree = RatchetTree.of(leaf_of(Client("founder")))
    for number, (step, pick) in enumerate(steps):
        before = tree.encode()
        members = [index for index, _ in tree.leaves()]
        index = members[pick % len(members)]
        after = _step(tree, step, index, Client(f"client {number}"))
        assert tree.encode() == before
        tree = after
    nodes = tree.nodes
    assert len(nodes) == tree_math.node_width(tree.leaf_count)
    for number in range(len(nodes)):
        assert tree.node(NodeIndex(number)) is nodes[number]
        assert tree.tree_hash(NodeIndex(number)) == _plain_hash(nodes, NodeIndex(number))
        assert list(tree.resolution(NodeIndex(number))) == _plain_resolution(nodes, NodeIndex(number))
    check_tree(tree)
    again = RatchetTree.decode(tree.encode())
    assert again == tree
    assert hash(again) == hash(tree)
    assert again.nodes == nodes
    assert tree.leaf_count == 1 or any(index >= tree.leaf_count // 2 for index, _ in tree.leaves())


def _step(tree: RatchetTree, step: str, index: LeafIndex, client: Client) -> RatchetTree:
    match step:
        case "add":
            return tree.add(leaf_of(client))[0]
        case "remove":
            return tree if tree.member_count == 1 else tree.remove(index)
        case "update":
            return tree.update(index, leaf_of(client))
        case _:
            return _commit(tree, index)


class TestAdd:
    def test_takes_the_leftmost_blank(self) -> None:
        tree = grown().group.tree.remove(LeafIndex(1)).remove(LeafIndex(3))
        assert tree.first_blank() == 1
        tree, index = tree.add(leaf_of(Client("newcomer")))
        assert index == 1
        assert tree.first_blank() == 3

    def test_doubles_a_full_tree(self) -> None:
        tree = RatchetTree.of(leaf_of(Client("founder")))
        for number in range(1, 9):
            assert tree.first_blank() == number
            tree, index = tree.add(leaf_of(Client(f"client {number}")))
            assert index == number
            assert tree.leaf_count == 1 << number.bit_length()

    def test_is_named_unmerged_by_every_parent_above_that_is_not_blank(self) -> None:
        tree, index = grown().group.tree.remove(LeafIndex(1)).add(leaf_of(Client("newcomer")))
        tree = _commit(tree, LeafIndex(0))
        tree, other = tree.add(leaf_of(Client("another")))
        assert (index, other) == (1, 6)
        root = tree.parent(tree.root)
        assert root is not None
        assert root.unmerged_leaves == (6,)


class TestRemove:
    def test_blanks_the_path_and_shrinks_the_tree(self) -> None:
        tree = grown().group.tree.remove(LeafIndex(5))
        assert tree.parent(tree.root) is None
        assert tree.leaf_count == 8
        tree = tree.remove(LeafIndex(4))
        assert tree.leaf_count == 4
        assert tree.leaf(LeafIndex(4)) is None
        assert tree.member_count == 4


class TestPath:
    def test_filtered_path_leaves_out_whoever_reaches_nobody(self) -> None:
        tree = grown().group.tree.remove(LeafIndex(1))
        assert tree.filtered_direct_path(LeafIndex(0)) == [3, 7]
        assert tree.filtered_path(LeafIndex(0)) == [(3, 5), (7, 11)]
        assert tree.filtered_direct_path(LeafIndex(2)) == [5, 3, 7]

    def test_parent_hashes_go_down_to_the_leaf(self) -> None:
        tree = grown().group.tree
        keys = [fresh() for _ in tree.filtered_direct_path(LeafIndex(0))]
        after, hashed = tree.with_path(LeafIndex(0), keys)
        top = after.parent(NodeIndex(7))
        middle = after.parent(NodeIndex(3))
        assert top is not None
        assert middle is not None
        assert (top.parent_hash, top.unmerged_leaves) == (b"", ())
        assert middle.parent_hash == parent_hash(keys[2], b"", after.tree_hash(NodeIndex(11)))
        low = parent_hash(keys[1], middle.parent_hash, after.tree_hash(NodeIndex(5)))
        assert hashed == parent_hash(keys[0], low, after.tree_hash(NodeIndex(2)))

    def test_wrong_number_of_keys_is_our_own_fault(self) -> None:
        with pytest.raises(ValueError, match="zip"):
            grown().group.tree.with_path(LeafIndex(0), [fresh()])

    def test_member_alone_has_no_path(self) -> None:
        tree = RatchetTree.of(leaf_of(Client("founder")))
        assert tree.filtered_direct_path(LeafIndex(0)) == []
        assert tree.with_path(LeafIndex(0), [])[1] == b""

    def test_merge_refuses_another_length_and_another_hash(self) -> None:
        world = grown()
        path = world.path_after(())
        merged = world.group.tree.merge_path(LeafIndex(0), path)
        assert merged.leaf(LeafIndex(0)) == path.leaf_node
        for index, check in ((LeafIndex(0), "V334"), (LeafIndex(4), "V332")):
            tree = world.group.tree if check == "V334" else world.group.tree.remove(LeafIndex(5))
            with pytest.raises(MlsError) as refusal:
                tree.merge_path(index, world.path_after((), parent_hash=fresh()))
            assert refusal.value.check == check


class TestLookUp:
    def test_find_leaf_by_itself_or_by_its_signature_key(self) -> None:
        tree = grown().group.tree
        leaf = tree.leaf(LeafIndex(3))
        assert leaf is not None
        assert tree.find_leaf(leaf) == 3
        assert tree.find_leaf(leaf.signature_key) == 3
        assert tree.find_leaf(b"nobody's") is None
        assert tree.find_leaf(leaf_of(Client("stranger"))) is None

    def test_outside_of_the_tree_is_nothing(self) -> None:
        tree = grown().group.tree
        for index in (6, 8, 2**32 - 1):
            assert tree.leaf(LeafIndex(index)) is None
        assert tree.node(NodeIndex(-1)) is None
        assert tree.encryption_key(NodeIndex(12)) is None
        assert tree.parent(NodeIndex(0)) is None
        assert tree.encryption_key(NodeIndex(0)) is not None

    def test_trees_are_equal_when_their_hashes_are(self) -> None:
        tree = grown().group.tree
        assert tree != tree.remove(LeafIndex(5))
        assert tree != object()


class TestBytes:
    def test_blank_end_is_not_written(self) -> None:
        tree = grown().group.tree
        assert len(tree.nodes) == 15
        assert tree.encode().endswith(tree.nodes[10].encode() if tree.nodes[10] else b"")

    def test_unknown_node_type_is_refused(self) -> None:
        with pytest.raises(DecodeError, match="node_type_unknown"):
            RatchetTree.decode(b"\x02\x01\x03")

    def test_number_of_nodes_is_bounded(self) -> None:
        too_many = Writer().vector(bytes(2 * MAX_LEAVES)).bytes()
        with pytest.raises(DecodeError, match="too_many_items"):
            RatchetTree.decode(too_many)
