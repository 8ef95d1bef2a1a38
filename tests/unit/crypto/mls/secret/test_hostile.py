"""Bytes that are not what they should be: only typed errors, whatever is cut, changed or put in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cencomm.crypto.mls.public.group import stage_commit
from cencomm.crypto.mls.public.proposals import Add, Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit, external_commit, process_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle
from cencomm.crypto.mls.secret.messages import open_message, propose, propose_update, protect, unprotect
from cencomm.crypto.mls.secret.welcome import GroupSecrets, join_by_welcome
from cencomm.errors import DomainError
from tests.unit.crypto.mls.secret.helpers import identity, key_package
from tests.unit.crypto.mls.secret.world import World

Taken = Callable[[bytes], object]


def _decode_state(data: bytes) -> None:
    state = GroupState.decode(data)
    state.encode()
    protect(state, b"data")
    create_commit(state, [])


@cache
def _cases() -> dict[str, tuple[bytes, Taken]]:
    """What is read, and the reader: a valid input of each kind."""
    world, bundle = World(4), key_package("new")
    world.commit(3)
    stored = propose_update(protect(world[1], b"x")[1])[2]
    pending = create_commit(world[0], [Add(bundle.key_package)])
    private = create_commit(world[0], [Remove(LeafIndex(2))], private=True)
    assert pending.welcome is not None
    return {
        "state": (stored.encode(), _decode_state),
        "pending": (private.encode(), PendingCommit.decode),
        "bundle": (bundle.encode(), KeyPackageBundle.decode),
        "group secrets": (b"\x20" + bytes(32) + b"\x01\x20" + bytes(32) + b"\x00", GroupSecrets.decode),
        "welcome": (pending.welcome, lambda data: join_by_welcome(data, bundle)),
        "group info": (pending.group_info, lambda data: external_commit(data, identity("outside"))),
        "commit": (
            pending.commit,
            lambda data: process_commit(world[1], stage_commit(world[1].public, data)),
        ),
        "private commit": (private.commit, lambda data: open_message(world[1], data)),
        "proposal": (propose(world[0], Remove(LeafIndex(1)))[0], lambda data: open_message(world[1], data)),
        "application": (protect(world[0], b"data")[0], lambda data: unprotect(world[1], data)),
    }


KINDS = (
    "state",
    "pending",
    "bundle",
    "group secrets",
    "welcome",
    "group info",
    "commit",
    "private commit",
    "proposal",
    "application",
)


def _take(kind: str, data: bytes) -> bool:
    """Whether the reader takes the bytes; any error but a typed one breaks the test."""
    try:
        _cases()[kind][1](data)
    except DomainError:
        return False
    return True


def _changed(valid: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, cut, put in changes:
        at = place % (len(valid) + 1)
        valid = valid[:at] + put + valid[at + cut :]
    return valid


changes = st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_valid_bytes_are_taken(kind: str) -> None:
    assert _take(kind, _cases()[kind][0])
    assert set(KINDS) == set(_cases())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(change=changes)
def test_changed_bytes_give_typed_errors(kind: str, change: list[tuple[int, int, bytes]]) -> None:
    _take(kind, _changed(_cases()[kind][0], change))


@pytest.mark.parametrize("kind", KINDS)
def test_cut_bytes_are_refused(kind: str) -> None:
    valid = _cases()[kind][0]
    for length in range(0, len(valid), max(1, len(valid) // 60)):
        assert not _take(kind, valid[:length]), length


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_after_the_end_are_refused(kind: str) -> None:
    assert not _take(kind, _cases()[kind][0] + b"\x00")


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=200))
def test_random_bytes_give_typed_errors(kind: str, data: bytes) -> None:
    _take(kind, data)
