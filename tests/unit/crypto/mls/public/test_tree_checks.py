"""Whole trees: what is valid passes, and what hostile trees cost is bounded. Refusals stand in the table of cases."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from cencomm.crypto.mls.public import subtree as st
from cencomm.crypto.mls.public.leaf_node import LeafNode
from cencomm.crypto.mls.public.subtree import ParentNode
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_checks import check_capabilities, check_credentials, check_members, check_tree
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import MlsError
from tests.unit.crypto.mls.public.world import GROUP_EXTENSION, SUITE, Client, fresh, grown, leaf_of


def test_grown_tree_is_valid_at_every_age() -> None:
    group = grown().group
    check_tree(group.tree)
    check_members(group.tree, group.context)
    check_credentials(group.tree)
    check_capabilities((leaf for _, leaf in group.tree.leaves()), SUITE, (GROUP_EXTENSION,))


def test_tree_stays_parent_hash_valid_when_members_come_and_go() -> None:
    tree = grown().group.tree
    tree, _ = tree.add(leaf_of(Client("newcomer")))
    check_tree(tree)
    tree = tree.remove(LeafIndex(2))
    check_tree(tree)
    tree, _ = tree.add(leaf_of(Client("another")))
    check_tree(tree)


def test_parents_that_nobody_vouches_for_are_found_however_many_leaves_they_name() -> None:
    """Each parent names all leaves below it as unmerged: the work must not grow with the square of the tree."""
    count = 1024
    leaf = leaf_of(Client("somebody"))
    nodes: list[LeafNode | ParentNode | None] = []
    for index in range(count):
        nodes += [replace(leaf, encryption_key=fresh(), signature_key=index.to_bytes(32, "big")), None]
    tree = _name_everybody(st.build(10, 0, nodes))
    began = time.perf_counter()
    with pytest.raises(MlsError) as refusal:
        check_tree(RatchetTree(tree))
    assert refusal.value.check == "V203"
    assert time.perf_counter() - began < 5


def _name_everybody(tree: st.Subtree) -> st.Subtree:
    if isinstance(tree, st.LeafTree):
        return tree
    everybody = tuple(LeafIndex(index) for index in range(tree.base, tree.base + tree.width))
    return st.join(ParentNode(fresh(), b"", everybody), _name_everybody(tree.left), _name_everybody(tree.right))
