"""What is over is gone: no state that is kept could derive it again (RFC 9420 §9.2, §16.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from cencomm.crypto.mls.public.proposals import Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.messages import protect, unprotect
from cencomm.crypto.mls.secret.secret_tree import RatchetKind
from cencomm.crypto.primitives import Secret
from tests.unit.crypto.mls.secret.world import World


def _epoch_secrets(state: GroupState) -> Iterator[Secret]:
    for field in fields(state.secrets):
        yield getattr(state.secrets, field.name)
    yield from state.secret_tree.nodes.values()
    for ratchet in state.secret_tree.ratchets.values():
        yield ratchet.secret


def _found(secrets: Iterable[Secret], data: bytes) -> list[Secret]:
    return [secret for secret in secrets if data.find(secret) >= 0]


def test_nothing_of_an_epoch_is_kept_in_the_next() -> None:
    world = World(6)
    before = dict(world.members)
    world.commit(2, [Remove(LeafIndex(4))])
    for leaf, state in world.members.items():
        kept = state.encode()
        assert not _found(_epoch_secrets(before[leaf]), kept)


def test_the_committer_forgets_its_old_keys() -> None:
    world = World(6)
    before = world[2]
    kept = world.commit(2).state.encode()
    assert not _found([before.keys.leaf_private], kept)
    assert not _found(before.keys.nodes.values(), kept)


def test_others_forget_the_keys_that_were_replaced() -> None:
    world = World(8)
    world.commit(0)
    world.commit(4)
    before = world[1].keys
    world.commit(0)
    kept = world[1].encode()
    replaced = [secret for node, secret in before.nodes.items() if world[1].keys.nodes.get(node) != secret]
    assert replaced
    assert not _found(replaced, kept)


def test_a_used_message_key_is_gone_on_both_sides() -> None:
    world = World(4)
    key, _ = world[1].secret_tree.next_key(LeafIndex(1), RatchetKind.APPLICATION)
    message, sent = protect(world[1], b"data")
    _, received = unprotect(world[0], message)
    root = world[1].secret_tree.nodes
    for state in (sent, received):
        kept = state.encode()
        assert not _found([key.key], kept)
        assert not _found(root.values(), kept)
        ratchet = state.secret_tree.ratchets[1, RatchetKind.APPLICATION]
        assert ratchet.generation == 1
        assert not ratchet.skipped


def test_a_key_kept_for_a_late_message_goes_with_it() -> None:
    world = World(2)
    early, sender = protect(world[0], b"early")
    late, _ = protect(sender, b"late")
    _, state = unprotect(world[1], late)
    ratchet = state.secret_tree.ratchets[0, RatchetKind.APPLICATION]
    (kept,) = ratchet.skipped.values()
    assert _found([kept.key], state.encode())
    received, state = unprotect(state, early)
    assert received.data == b"early"
    assert not _found([kept.key], state.encode())
