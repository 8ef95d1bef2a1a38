"""Cases of V200..V226: trees, GroupInfos and Welcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from cencomm.crypto.mls.public.extensions import Extension, ExtensionType
from cencomm.crypto.mls.public.framing import encode_message
from cencomm.crypto.mls.public.group import (
    PublicGroup,
    StagedCommit,
    check_group_info,
    check_welcome_recipients,
    public_group_from_group_info,
)
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.proposals import Add
from cencomm.crypto.mls.public.tree import Node, ParentNode, RatchetTree
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.tls import Writer, vector
from tests.unit.crypto.mls.public.cases import breaks
from tests.unit.crypto.mls.public.world import (
    Client,
    fresh,
    group_info_for,
    grown,
    key_package_of,
    leaf_of,
    welcome_for,
)

MERGED = 3
"""A parent of the grown tree that is not blank: above leaves 0 to 3."""

WITH_UNMERGED = 7
"""The root of the grown tree; leaf 5 is unmerged there."""


def _received(change: Callable[[list[Node | None]], object]) -> object:
    """A GroupInfo vouches for the grown tree, with its nodes changed."""
    nodes: list[Node | None] = list(grown().group.tree.nodes)
    while nodes[-1] is None:
        nodes.pop()
    change(nodes)
    tree = RatchetTree.from_nodes(nodes)
    return public_group_from_group_info(group_info_for(tree, grown().client(0)))


def _parent(nodes: list[Node | None], index: int, **changes: Any) -> None:
    parent = nodes[index]
    assert isinstance(parent, ParentNode)
    nodes[index] = replace(parent, **changes)


def _encode_nodes(nodes: list[Node | None]) -> bytes:
    def slot(node: Node | None) -> bytes:
        if node is None:
            return b"\x00"
        return b"\x01" + (b"\x02" if isinstance(node, ParentNode) else b"\x01") + node.encode()

    return Writer().vector_of(nodes, slot).bytes()


@breaks("V200")
def group_info_signed_by_another() -> object:
    return public_group_from_group_info(grown().group_info(0, signer=grown().client(1)))


@breaks("V200")
def group_info_of_a_commit_signed_by_another() -> None:
    check_group_info(grown().group, grown().group_info(0, signer=grown().client(1)))


@breaks("V201")
def group_info_signed_by_a_blank_leaf() -> object:
    return public_group_from_group_info(grown().group_info(6, signer=grown().client(1)))


@breaks("V202")
def tree_with_another_hash() -> object:
    return public_group_from_group_info(group_info_for(grown().group.tree, grown().client(0), tree_hash=fresh()))


@breaks("V202")
def snapshot_whose_tree_does_not_fit() -> object:
    group = grown().group
    return PublicGroup.decode(replace(group, context=replace(group.context, tree_hash=fresh())).encode())


@breaks("V203")
def parent_with_another_parent_hash() -> object:
    return _received(lambda nodes: _parent(nodes, MERGED, parent_hash=fresh()))


@breaks("V203")
def parent_with_another_key() -> object:
    return _received(lambda nodes: _parent(nodes, MERGED, encryption_key=fresh()))


@breaks("V203")
def parent_that_hides_a_leaf_by_not_naming_it() -> object:
    return _received(lambda nodes: _parent(nodes, WITH_UNMERGED, unmerged_leaves=()))


@breaks("V203")
def leaf_exchanged_below_a_parent() -> object:
    def exchange(nodes: list[Node | None]) -> None:
        nodes[2] = leaf_of(Client("intruder"))

    return _received(exchange)


@breaks("V204")
def tree_that_ends_with_a_blank() -> object:
    tree = _encode_nodes([*RatchetTree.of(leaf_of(Client("founder"))).nodes, None, None])
    return RatchetTree.decode(tree)


@breaks("V204")
def tree_that_ends_with_a_parent() -> object:
    return RatchetTree.decode(_encode_nodes([leaf_of(Client("founder")), ParentNode(fresh(), b"", ())]))


@breaks("V204")
def tree_without_nodes() -> object:
    return RatchetTree.decode(b"\x00")


@breaks("V205")
def unmerged_leaf_that_is_blank() -> object:
    return _received(lambda nodes: _parent(nodes, WITH_UNMERGED, unmerged_leaves=(LeafIndex(6),)))


@breaks("V205")
def unmerged_leaf_below_another_node() -> object:
    return _received(lambda nodes: _parent(nodes, MERGED, unmerged_leaves=(LeafIndex(4),)))


@breaks("V205")
def unmerged_leaf_named_twice() -> object:
    return _received(lambda nodes: _parent(nodes, WITH_UNMERGED, unmerged_leaves=(LeafIndex(5), LeafIndex(5))))


@breaks("V205")
def unmerged_leaves_out_of_order() -> object:
    return _received(lambda nodes: _parent(nodes, WITH_UNMERGED, unmerged_leaves=(LeafIndex(5), LeafIndex(4))))


@breaks("V206")
def unmerged_leaf_that_a_node_between_does_not_name() -> object:
    return _received(lambda nodes: _parent(nodes, WITH_UNMERGED, unmerged_leaves=(LeafIndex(1), LeafIndex(5))))


@breaks("V207")
def parent_in_the_place_of_a_leaf() -> object:
    leaf = leaf_of(Client("founder"))
    return RatchetTree.decode(_encode_nodes([ParentNode(fresh(), b"", ()), None, leaf]))


@breaks("V207")
def leaf_in_the_place_of_a_parent() -> object:
    leaf = leaf_of(Client("founder"))
    return RatchetTree.decode(_encode_nodes([leaf, leaf, leaf]))


@breaks("V208")
def parent_with_a_leaf_s_key() -> object:
    leaf = grown().group.tree.leaf(LeafIndex(0))
    assert leaf is not None
    return _received(lambda nodes: _parent(nodes, MERGED, encryption_key=leaf.encryption_key))


@breaks("V208")
def newcomer_with_a_parent_s_key() -> object:
    _, parent = next(grown().group.tree.parents())
    leaf = leaf_of(Client("newcomer"), encryption_key=parent.encryption_key)
    return grown().stage(grown().commit(Add(key_package_of(Client("newcomer"), leaf)), path=False))


@breaks("V209")
def group_info_without_a_tree() -> object:
    return public_group_from_group_info(grown().group_info(extensions=()))


@breaks("V209")
def group_info_of_a_commit_without_a_tree() -> None:
    check_group_info(grown().group, grown().group_info(extensions=()))


@breaks("V210")
def parent_with_a_key_of_another_length() -> object:
    return _received(lambda nodes: _parent(nodes, MERGED, encryption_key=fresh(31)))


@breaks("V210")
def parent_with_a_key_of_small_order() -> object:
    return _received(lambda nodes: _parent(nodes, MERGED, encryption_key=bytes(32)))


@breaks("V211")
def key_package_instead_of_a_group_info() -> object:
    return public_group_from_group_info(encode_message(key_package_of(Client("newcomer"))))


# ---------------------------------------------------------------- what comes with a commit


@breaks("V220")
def group_info_of_the_epoch_before() -> None:
    world = grown()
    check_group_info(world.after(world.commit()).group, world.group_info())


@breaks("V221")
def group_info_with_another_confirmation_tag() -> None:
    check_group_info(grown().group, grown().group_info(confirmation_tag=fresh()))


@breaks("V222")
def group_info_with_another_tree() -> None:
    tree = Extension(ExtensionType.RATCHET_TREE, RatchetTree.of(leaf_of(Client("founder"))).encode())
    check_group_info(grown().group, grown().group_info(extensions=(tree,)))


def _with_external_pub(*extensions: Extension) -> None:
    tree = Extension(ExtensionType.RATCHET_TREE, grown().group.tree.encode())
    check_group_info(grown().group, grown().group_info(extensions=(tree, *extensions)))


@breaks("V223")
def group_info_without_external_pub() -> None:
    _with_external_pub()


@breaks("V223")
def group_info_with_an_external_pub_of_another_length() -> None:
    _with_external_pub(Extension(ExtensionType.EXTERNAL_PUB, vector(fresh(31))))


@lru_cache(maxsize=1)
def _adding() -> tuple[StagedCommit, KeyPackage, KeyPackage]:
    first, second = key_package_of(Client("newcomer 1")), key_package_of(Client("newcomer 2"))
    return grown().stage(grown().commit(Add(first), Add(second), path=False)), first, second


@breaks("V224")
def welcome_of_another_suite() -> None:
    staged, first, second = _adding()
    check_welcome_recipients(staged, welcome_for(first, second, cipher_suite=1))


@breaks("V225")
def welcome_that_leaves_one_out() -> None:
    staged, first, _ = _adding()
    check_welcome_recipients(staged, welcome_for(first))


@breaks("V225")
def welcome_that_lets_another_in() -> None:
    staged, first, second = _adding()
    check_welcome_recipients(staged, welcome_for(first, second, key_package_of(Client("another"))))


@breaks("V225")
def welcome_that_names_one_twice() -> None:
    staged, first, second = _adding()
    check_welcome_recipients(staged, welcome_for(first, first, second))


@breaks("V225")
def welcome_for_nobody() -> None:
    check_welcome_recipients(grown().stage(grown().commit()), welcome_for())


@breaks("V226")
def welcome_with_a_kem_output_of_another_length() -> None:
    staged, first, second = _adding()
    check_welcome_recipients(staged, welcome_for(first, second, kem_output=fresh(31)))
