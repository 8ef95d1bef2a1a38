"""Says how many official vectors did not run because they are for suites that CENcomm does not implement."""

from __future__ import annotations

import json

import pytest

from cencomm.crypto.primitives import CipherSuite
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILES = (
    "crypto-basics.json",
    "key-schedule.json",
    "message-protection.json",
    "passive-client-handling-commit.json",
    "passive-client-welcome.json",
    "psk_secret.json",
    "secret-tree.json",
    "treekem.json",
    "welcome.json",
)


@pytest.mark.parametrize("file", FILES)
def test_other_suites_are_counted(file: str, count_vectors: VectorCount) -> None:
    suites = [vector["cipher_suite"] for vector in json.loads(shared_path("mls-vectors", file).read_text())]
    assert set(suites) > {int(suite) for suite in CipherSuite}
    for suite in suites:
        if suite not in list(CipherSuite):
            count_vectors(file, f"suite {suite}", outcome="not ours")
