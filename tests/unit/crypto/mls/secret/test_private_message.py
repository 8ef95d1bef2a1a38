"""PrivateMessage byte by byte; the official vectors run in tests/vectors/test_mls_private_message.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.mls.public.framing import (
    AuthenticatedContent,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    Sender,
    WireFormat,
)
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret import private_message as pm
from cencomm.crypto.mls.secret.key_schedule import EncryptionSecret, SenderDataSecret
from cencomm.crypto.mls.secret.secret_tree import SecretTree, sender_data_key
from cencomm.crypto.primitives import CipherSuite, aead_seal
from tests.unit.crypto.mls.secret.helpers import refused

SUITE = CipherSuite(3)
TREE = SecretTree.from_encryption_secret(SUITE, 4, EncryptionSecret(b"e" * 32))
SENDER_DATA = SenderDataSecret(b"s" * 32)


def _content(data: bytes = b"data") -> AuthenticatedContent:
    framed = FramedContent(b"group", 7, Sender.member(LeafIndex(2)), b"aad", ContentType.APPLICATION, data)
    return AuthenticatedContent(WireFormat.PRIVATE_MESSAGE, framed, FramedContentAuthData(bytes(64)))


def _sealed(padding: int = 0) -> PrivateMessage:
    return pm.seal_private(_content(), TREE, SENDER_DATA, padding=padding)[0]


def test_opens_to_what_was_sealed() -> None:
    opened, after = pm.open_private(_sealed(), TREE, SENDER_DATA)
    assert opened == _content()
    assert after != TREE


def test_padding_hides_the_length_and_is_taken_off() -> None:
    assert len(_sealed(100).ciphertext) == len(_sealed().ciphertext) + 100
    assert pm.open_private(_sealed(100), TREE, SENDER_DATA)[0] == _content()


def test_the_reuse_guard_makes_two_messages_under_one_key_differ() -> None:
    assert _sealed().ciphertext != _sealed().ciphertext


def test_the_sender_data_is_bound_to_the_header() -> None:
    message = _sealed()
    for changed in (
        replace(message, group_id=b"other"),
        replace(message, epoch=8),
        replace(message, content_type=ContentType.PROPOSAL),
    ):
        with refused("V421"):
            pm.open_private(changed, TREE, SENDER_DATA)


def test_sender_data_that_is_none_is_refused() -> None:
    message = _sealed()
    with refused("V421"):
        pm.open_private(replace(message, encrypted_sender_data=b""), TREE, SENDER_DATA)
    key, nonce = sender_data_key(SUITE, SENDER_DATA, message.ciphertext)
    aad = b"\x05group" + (7).to_bytes(8, "big") + bytes([ContentType.APPLICATION])
    longer = aead_seal(SUITE, key, nonce, aad, bytes(13))
    with refused("V421"):
        pm.open_private(replace(message, encrypted_sender_data=longer), TREE, SENDER_DATA)


def test_the_content_is_bound_to_the_authenticated_data() -> None:
    with refused("V423"):
        pm.open_private(replace(_sealed(), authenticated_data=b"other"), TREE, SENDER_DATA)


def test_a_sender_outside_the_tree_is_refused() -> None:
    small = SecretTree.from_encryption_secret(SUITE, 2, EncryptionSecret(b"e" * 32))
    with refused("V412"):
        pm.open_private(_sealed(), small, SENDER_DATA)


def test_padding_that_is_not_zero_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = pm._plaintext
    monkeypatch.setattr(pm, "_plaintext", lambda message, padding: plain(message, padding) + b"\x00\x01")
    message = _sealed()
    with refused("V424"):
        pm.open_private(message, TREE, SENDER_DATA)
