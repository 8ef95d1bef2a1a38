"""Official vectors: hashes, resolutions, parent hashes and leaf signatures of whole trees (tree-validation.json)."""

from __future__ import annotations

import json

import pytest

from cencomm.crypto.mls.public.leaf_node import verify_leaf
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_checks import check_capabilities, check_credentials, check_tree
from cencomm.crypto.mls.public.tree_math import NodeIndex
from cencomm.crypto.primitives import CipherSuite
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILE = "tree-validation.json"


def test_tree_validation(count_vectors: VectorCount) -> None:
    for vector in json.loads(shared_path("mls-vectors", FILE).read_text()):
        group = f"suite {vector['cipher_suite']}"
        if vector["cipher_suite"] not in list(CipherSuite):
            count_vectors(FILE, group, outcome="not ours")
            continue
        tree = RatchetTree.decode(bytes.fromhex(vector["tree"]))
        nodes = [NodeIndex(node) for node in range(len(tree.nodes))]
        assert tree.encode().hex() == vector["tree"]
        assert [tree.tree_hash(node).hex() for node in nodes] == vector["tree_hashes"]
        assert [list(tree.resolution(node)) for node in nodes] == vector["resolutions"]
        check_tree(tree)
        check_credentials(tree)
        check_capabilities((leaf for _, leaf in tree.leaves()), vector["cipher_suite"], ())
        for index, leaf in tree.leaves():
            verify_leaf(leaf, bytes.fromhex(vector["group_id"]), index)
        count_vectors(FILE, group)


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_both_suites_have_vectors(suite: CipherSuite) -> None:
    vectors = json.loads(shared_path("mls-vectors", FILE).read_text())
    assert any(vector["cipher_suite"] == suite for vector in vectors)
