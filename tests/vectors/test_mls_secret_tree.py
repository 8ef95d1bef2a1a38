"""Official vectors: the secret tree and the sender data key (secret-tree.json)."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.key_schedule import EncryptionSecret, SenderDataSecret
from cencomm.crypto.mls.secret.secret_tree import RatchetKind, SecretTree, sender_data_key
from cencomm.crypto.primitives import CipherSuite
from tests.vectors.conftest import VectorCount
from tests.vectors.mls import data, vectors

FILE = "secret-tree.json"


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_secret_tree(suite: CipherSuite, count_vectors: VectorCount) -> None:
    for vector in vectors(FILE, suite):
        sender = vector["sender_data"]
        key, nonce = sender_data_key(
            suite, SenderDataSecret(data(sender["sender_data_secret"])), data(sender["ciphertext"])
        )
        assert (key, nonce) == (data(sender["key"]), data(sender["nonce"]))
        leaves = vector["leaves"]
        tree = SecretTree.from_encryption_secret(
            suite, len(leaves), EncryptionSecret(data(vector["encryption_secret"]))
        )
        for leaf, generations in enumerate(leaves):
            for expected in generations:
                for kind in RatchetKind:
                    taken, tree = tree.take_key(LeafIndex(leaf), kind, expected["generation"])
                    assert taken.key == data(expected[f"{kind.name.lower()}_key"])
                    assert taken.nonce == data(expected[f"{kind.name.lower()}_nonce"])
        assert not tree.nodes
        count_vectors(FILE, f"suite {suite}")
