"""Official vectors: the labelled operations (crypto-basics.json)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cencomm.crypto import labels
from cencomm.crypto.primitives import CipherSuite
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILE = "crypto-basics.json"


def _bytes(part: dict[str, Any]) -> dict[str, bytes]:
    return {name: bytes.fromhex(value) for name, value in part.items() if name != "label" and isinstance(value, str)}


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_crypto_basics(suite: CipherSuite, count_vectors: VectorCount) -> None:
    for vector in json.loads(shared_path("mls-vectors", FILE).read_text()):
        if vector["cipher_suite"] != suite:
            continue
        for name, part in vector.items():
            if name == "cipher_suite":
                continue
            _check(suite, name, part)
            count_vectors(FILE, f"suite {suite}")


def _check(suite: CipherSuite, name: str, part: dict[str, Any]) -> None:
    data, label = _bytes(part), part["label"]
    if name == "ref_hash":
        assert labels.ref_hash(label, data["value"]) == data["out"]
    elif name == "expand_with_label":
        assert labels.expand_with_label(data["secret"], label, data["context"], part["length"]) == data["out"]
    elif name == "derive_secret":
        assert labels.derive_secret(data["secret"], label) == data["out"]
    elif name == "derive_tree_secret":
        assert labels.derive_tree_secret(data["secret"], label, part["generation"], part["length"]) == data["out"]
    elif name == "sign_with_label":
        labels.verify_with_label(data["pub"], label, data["content"], data["signature"])
        assert labels.sign_with_label(data["priv"], label, data["content"]) == data["signature"]
    elif name == "encrypt_with_label":
        opened = labels.decrypt_with_label(
            suite, data["priv"], label, data["context"], data["kem_output"], data["ciphertext"]
        )
        assert opened == data["plaintext"]
        again = labels.encrypt_with_label(suite, data["pub"], label, data["context"], data["plaintext"])
        assert labels.decrypt_with_label(suite, data["priv"], label, data["context"], *again) == data["plaintext"]
    else:
        pytest.fail(f"a part of the vector that no check covers: {name}")
