"""Commits: their parts have bounds."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.commit import MAX_PROPOSALS, Commit, HpkeCiphertext, UpdatePath, UpdatePathNode
from cencomm.crypto.mls.public.leaf_node import LeafNodeSource
from cencomm.crypto.mls.public.proposals import Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.mls.public.world import Client, leaf_of


def test_number_of_proposals_is_bounded() -> None:
    remove = Remove(LeafIndex(1))
    assert len(Commit.decode(Commit((remove,) * MAX_PROPOSALS, None).encode()).proposals) == MAX_PROPOSALS
    with pytest.raises(DecodeError, match="too_many_items"):
        Commit.decode(Commit((remove,) * (MAX_PROPOSALS + 1), None).encode())


def test_length_of_a_path_is_bounded() -> None:
    leaf = leaf_of(Client("somebody"), LeafNodeSource.COMMIT)
    node = UpdatePathNode(b"key", ())
    assert len(UpdatePath.decode(UpdatePath(leaf, (node,) * 32).encode()).nodes) == 32
    with pytest.raises(DecodeError, match="too_many_items"):
        UpdatePath.decode(UpdatePath(leaf, (node,) * 33).encode())


def test_number_of_ciphertexts_is_bounded() -> None:
    sealed = HpkeCiphertext(b"", b"")
    with pytest.raises(DecodeError, match="too_many_items"):
        UpdatePathNode.decode(UpdatePathNode(b"key", (sealed,) * (2**15 + 1)).encode())
