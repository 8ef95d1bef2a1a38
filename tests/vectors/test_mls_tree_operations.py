"""Official vectors: add, update and remove in a tree (tree-operations.json)."""

from __future__ import annotations

import json

from cencomm.crypto.mls.public.proposals import Add, Remove, Update, decode_proposal
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.primitives import CipherSuite
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILE = "tree-operations.json"


def test_tree_operations(count_vectors: VectorCount) -> None:
    for vector in json.loads(shared_path("mls-vectors", FILE).read_text()):
        group = f"suite {vector['cipher_suite']}"
        if vector["cipher_suite"] not in list(CipherSuite):
            count_vectors(FILE, group, outcome="not ours")
            continue
        before = RatchetTree.decode(bytes.fromhex(vector["tree_before"]))
        assert before.tree_hash().hex() == vector["tree_hash_before"]
        proposal = decode_proposal(bytes.fromhex(vector["proposal"]))
        if isinstance(proposal, Add):
            after, _ = before.add(proposal.key_package.leaf_node)
        elif isinstance(proposal, Update):
            after = before.update(vector["proposal_sender"], proposal.leaf_node)
        else:
            assert isinstance(proposal, Remove)
            after = before.remove(proposal.removed)
        assert after.encode().hex() == vector["tree_after"]
        assert after.tree_hash().hex() == vector["tree_hash_after"]
        assert before.encode().hex() == vector["tree_before"]
        count_vectors(FILE, group)
