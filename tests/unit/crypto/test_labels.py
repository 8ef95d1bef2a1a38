"""Labelled operations; the official vectors run in tests/vectors/test_mls_crypto_basics.py."""

from __future__ import annotations

import pytest

from cencomm.crypto import hpke, labels
from cencomm.crypto.primitives import BadSignature, CipherSuite, OpenFailed, Secret, new_signature_key, random_bytes


class TestSignatures:
    def test_a_signature_is_valid_under_its_own_label_only(self) -> None:
        seed, public = new_signature_key()
        signature = labels.sign_with_label(seed, "LeafNodeTBS", b"content")
        labels.verify_with_label(public, "LeafNodeTBS", b"content", signature)
        with pytest.raises(BadSignature):
            labels.verify_with_label(public, "KeyPackageTBS", b"content", signature)
        with pytest.raises(BadSignature):
            labels.verify_with_label(public, "LeafNodeTBS", b"contents", signature)

    def test_label_and_content_cannot_be_shifted_into_each_other(self) -> None:
        assert labels.signed_content("A", b"BC") != labels.signed_content("AB", b"C")


class TestDerivations:
    def test_secrets_are_hidden_and_have_their_length(self) -> None:
        secret = labels.expand_with_label(bytes(32), "label", b"context", 77)
        assert isinstance(secret, Secret)
        assert len(secret) == 77

    def test_derive_secret_is_expansion_with_empty_context(self) -> None:
        assert labels.derive_secret(bytes(32), "label") == labels.expand_with_label(bytes(32), "label", b"", 32)

    def test_each_generation_has_its_own_secret(self) -> None:
        secrets = {labels.derive_tree_secret(bytes(32), "key", generation, 16) for generation in range(9)}
        assert len(secrets) == 9


@pytest.mark.parametrize("suite", list(CipherSuite))
class TestEncryption:
    def test_opens_under_its_own_label_and_context_only(self, suite: CipherSuite) -> None:
        private, public = hpke.derive_key_pair(random_bytes(32))
        sealed = labels.encrypt_with_label(suite, public, "UpdatePathNode", b"context", b"secret")
        assert labels.decrypt_with_label(suite, private, "UpdatePathNode", b"context", *sealed) == b"secret"
        for label, context in (("Welcome", b"context"), ("UpdatePathNode", b"other")):
            with pytest.raises(OpenFailed):
                labels.decrypt_with_label(suite, private, label, context, *sealed)
