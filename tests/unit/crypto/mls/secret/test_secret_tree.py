"""The secret tree: every key once, nothing kept that could derive it again."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.key_schedule import EncryptionSecret
from cencomm.crypto.mls.secret.secret_tree import MAX_SKIPPED, RatchetKind, SecretTree
from cencomm.crypto.primitives import CipherSuite, random_bytes
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from tests.unit.crypto.mls.secret.helpers import refused

SUITE = CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519
APPLICATION = RatchetKind.APPLICATION


def _tree(leaves: int = 8) -> SecretTree:
    return SecretTree.from_encryption_secret(SUITE, leaves, EncryptionSecret(random_bytes(32)))


def _read(data: bytes) -> SecretTree:
    return decode_all(data, lambda reader: SecretTree.read(reader, SUITE))


def _encode(tree: SecretTree) -> bytes:
    writer = Writer()
    tree.write(writer)
    return writer.bytes()


def test_sender_and_receiver_derive_the_same_key() -> None:
    tree = _tree()
    sent, _ = tree.next_key(LeafIndex(3), APPLICATION)
    received, _ = tree.take_key(LeafIndex(3), APPLICATION, 0)
    assert sent == received


def test_a_key_that_was_used_is_gone() -> None:
    _, after = _tree().take_key(LeafIndex(3), APPLICATION, 0)
    with refused("V410"):
        after.take_key(LeafIndex(3), APPLICATION, 0)


def test_taking_a_key_changes_nothing_but_the_returned_tree() -> None:
    tree = _tree()
    before = _encode(tree)
    tree.take_key(LeafIndex(3), APPLICATION, 4)
    assert _encode(tree) == before


def test_late_messages_come_in_any_order() -> None:
    tree = _tree()
    keys = [tree.take_key(LeafIndex(1), APPLICATION, generation)[0] for generation in range(5)]
    for generation in (4, 1, 0, 3, 2):
        key, tree = tree.take_key(LeafIndex(1), APPLICATION, generation)
        assert key == keys[generation]
    assert not tree.ratchets[1, APPLICATION].skipped


def test_a_generation_too_far_ahead_is_refused() -> None:
    tree = _tree()
    tree.take_key(LeafIndex(0), APPLICATION, MAX_SKIPPED)
    with refused("V411"):
        tree.take_key(LeafIndex(0), APPLICATION, MAX_SKIPPED + 1)


def test_the_oldest_unused_keys_are_dropped_first() -> None:
    tree = _tree()
    for generation in (MAX_SKIPPED, MAX_SKIPPED + 11):
        _, tree = tree.take_key(LeafIndex(0), APPLICATION, generation)
    assert len(tree.ratchets[0, APPLICATION].skipped) == MAX_SKIPPED
    with refused("V410"):
        tree.take_key(LeafIndex(0), APPLICATION, 3)


def test_a_leaf_outside_the_tree_is_refused() -> None:
    with refused("V412"):
        _tree(8).take_key(LeafIndex(8), APPLICATION, 0)


def test_a_tree_without_the_secrets_above_a_leaf_is_refused() -> None:
    with refused("V412"):
        SecretTree(SUITE, 4, {}).next_key(LeafIndex(0), APPLICATION)


def test_the_secrets_above_an_opened_leaf_are_gone() -> None:
    tree = _tree(8)
    _, after = tree.next_key(LeafIndex(0), APPLICATION)
    assert set(after.nodes) == {2, 5, 11}
    assert not set(tree.nodes.values()) & set(after.nodes.values())


@pytest.mark.parametrize("leaves", [1, 2, 16])
def test_is_written_and_read_back(leaves: int) -> None:
    tree = _tree(leaves)
    for generation in (0, 3, 1):
        _, tree = tree.take_key(LeafIndex(leaves - 1), APPLICATION, generation)
    assert _read(_encode(tree)) == tree


def test_an_unknown_kind_of_ratchet_is_not_read() -> None:
    ratchet = Writer().u32(0).u8(2).raw(bytes(32)).u32(0).vector(b"").bytes()
    with pytest.raises(DecodeError):
        _read(Writer().u32(1).vector(b"").vector(ratchet).bytes())


def test_no_secret_shows_itself() -> None:
    secret = EncryptionSecret(random_bytes(32))
    tree = SecretTree.from_encryption_secret(SUITE, 1, secret)
    key, after = tree.next_key(LeafIndex(0), APPLICATION)
    for shown in (repr(tree), repr(key), repr(after)):
        assert "hidden" in shown
        assert repr(bytes(secret))[2:-1] not in shown


def test_reads_no_more_than_its_own_bytes() -> None:
    reader = Reader(_encode(_tree()) + b"rest")
    SecretTree.read(reader, SUITE)
    assert reader.remaining == 4
