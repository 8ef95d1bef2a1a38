"""Official vectors: update paths, received by every member and made by every member (treekem.json)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.mls.public.commit import UpdatePath
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.key_package import MLS10
from cencomm.crypto.mls.public.leaf_node import LEAF_LABEL, LeafNodeSource, leaf_tbs
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_math import LeafIndex, NodeIndex, common_ancestor, leaf_to_node
from cencomm.crypto.mls.secret import treekem
from cencomm.crypto.mls.secret.treekem import PathSecret, TreeKeys
from cencomm.crypto.primitives import CipherSuite, Secret
from tests.vectors.conftest import VectorCount
from tests.vectors.mls import data, vectors

FILE = "treekem.json"


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_treekem(suite: CipherSuite, count_vectors: VectorCount) -> None:
    for vector in vectors(FILE, suite):
        tree = RatchetTree.decode(data(vector["ratchet_tree"]))
        members = {LeafIndex(each["index"]): _keys(each) for each in vector["leaves_private"]}
        for keys in members.values():
            assert treekem.standing_keys(keys, tree) == keys
        seeds = {LeafIndex(each["index"]): data(each["signature_priv"]) for each in vector["leaves_private"]}
        for update in vector["update_paths"]:
            _check_received(suite, vector, tree, members, update)
            _check_made(suite, vector, tree, members, LeafIndex(update["sender"]), seeds[update["sender"]])
            count_vectors(FILE, f"suite {suite}, paths")
        count_vectors(FILE, f"suite {suite}")


def _keys(member: dict[str, Any]) -> TreeKeys:
    nodes: dict[NodeIndex, Secret] = {}
    for each in member["path_secrets"]:
        steps, _ = treekem.ladder([NodeIndex(each["node"])], PathSecret(data(each["path_secret"])))
        nodes[steps[0].node] = steps[0].private_key
    return TreeKeys(LeafIndex(member["index"]), Secret(data(member["encryption_priv"])), nodes)


def _context(suite: CipherSuite, vector: dict[str, Any], tree: RatchetTree) -> bytes:
    return GroupContext(
        MLS10,
        suite,
        data(vector["group_id"]),
        vector["epoch"],
        tree.tree_hash(),
        data(vector["confirmed_transcript_hash"]),
        (),
    ).encode()


def _check_received(
    suite: CipherSuite,
    vector: dict[str, Any],
    tree: RatchetTree,
    members: dict[LeafIndex, TreeKeys],
    update: dict[str, Any],
) -> None:
    sender, path = LeafIndex(update["sender"]), UpdatePath.decode(data(update["update_path"]))
    merged = tree.merge_path(sender, path)
    assert merged.tree_hash() == data(update["tree_hash_after"])
    for leaf, keys in members.items():
        if leaf == sender:
            continue
        steps, commit_secret = treekem.decrypt_path(
            suite, tree, keys, sender, path.nodes, added=(), group_context=_context(suite, vector, merged)
        )
        assert steps[0].node == common_ancestor(leaf_to_node(sender), leaf_to_node(leaf))
        assert steps[0].path_secret == data(update["path_secrets"][leaf])
        assert commit_secret == data(update["commit_secret"])


def _check_made(
    suite: CipherSuite,
    vector: dict[str, Any],
    tree: RatchetTree,
    members: dict[LeafIndex, TreeKeys],
    sender: LeafIndex,
    seed: bytes,
) -> None:
    steps, commit_secret = treekem.ladder(tree.filtered_direct_path(sender), treekem.new_path_secret())
    with_path, parent_hash = tree.with_path(sender, [step.public_key for step in steps])
    _, encryption_key = treekem.new_leaf_key()
    old = tree.leaf(sender)
    assert old is not None
    leaf = replace(
        old, encryption_key=encryption_key, source=LeafNodeSource.COMMIT, lifetime=None, parent_hash=parent_hash
    )
    signed = leaf_tbs(leaf, data(vector["group_id"]), sender)
    leaf = replace(leaf, signature=sign_with_label(seed, LEAF_LABEL, signed))
    context = _context(suite, vector, with_path.with_leaf(sender, leaf))
    nodes = treekem.encrypt_path(suite, tree, sender, steps, added=(), group_context=context)
    merged = tree.merge_path(sender, UpdatePath(leaf, nodes))
    for member, keys in members.items():
        if member == sender:
            continue
        learned, secret = treekem.decrypt_path(suite, merged, keys, sender, nodes, added=(), group_context=context)
        assert secret == commit_secret
        held = TreeKeys(member, keys.leaf_private, {**keys.nodes, **{step.node: step.private_key for step in learned}})
        standing = treekem.standing_keys(held, merged)
        assert {step.node for step in learned} <= set(standing.nodes)
