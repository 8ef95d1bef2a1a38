"""Bodies of events other than records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cencomm.crypto.archive import ArchiveSeal
from cencomm.crypto.events import Closing, CommitBody, EventInvalid, GroupStart, Rejection, SealBody
from cencomm.crypto.head import start
from cencomm.crypto.primitives import sha256
from cencomm.crypto.tls import DecodeError
from cencomm.ids import CugId, GroupId
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import NOW_MS, OTIENO, SILVA

GROUP = GroupId(b"g" * 16)
CUG = CugId(b"c" * 16)
SEAL = ArchiveSeal(b"i" * 32, b"k" * 32, b"s" * 48)

REJECTION = Rejection(GROUP, 4, sha256(b"commit"), "mls.refused").signed(OTIENO.device_seed)
SEALED = SealBody(GROUP, 4, SEAL).signed(OTIENO.device_seed)
CLOSING = Closing(CUG, NOW_MS, start(CUG)).signed(OTIENO.device_seed)


@pytest.mark.parametrize(
    ("decode", "body"),
    [
        (GroupStart.decode, GroupStart(GROUP, b"group info", (SEAL, SEAL))),
        (CommitBody.decode, CommitBody(GROUP, 4, b"commit", (SEAL,))),
        (Rejection.decode, REJECTION),
        (SealBody.decode, SEALED),
        (Closing.decode, CLOSING),
    ],
)
def test_bodies_round_trip_and_survive_hostile_bytes(
    decode: Callable[[bytes], object], body: GroupStart | CommitBody | Rejection | SealBody | Closing
) -> None:
    assert decode(body.encode()) == body
    survives(decode, body.encode())


def test_a_body_cannot_hold_endless_seals() -> None:
    with pytest.raises(DecodeError):
        CommitBody.decode(CommitBody(GROUP, 4, b"commit", (SEAL,) * 257).encode())


def test_a_rejection_names_the_commit_by_its_hash() -> None:
    assert CommitBody(GROUP, 4, b"commit").commit_hash == REJECTION.commit_hash


@pytest.mark.parametrize(
    "changed",
    [
        replace(REJECTION, epoch=5),
        replace(REJECTION, reason="other"),
        replace(REJECTION, commit_hash=bytes(32)),
        replace(SEALED, group_id=GroupId(bytes(16))),
        replace(SEALED, seal=replace(SEAL, ciphertext=bytes(48))),
        replace(CLOSING, time_ms=1),
        replace(CLOSING, signature=bytes(64)),
    ],
)
def test_every_field_is_signed(changed: Rejection | SealBody | Closing) -> None:
    with pytest.raises(EventInvalid):
        changed.verify(OTIENO.device_key)


def test_only_the_signer_s_key_verifies() -> None:
    for signed in (REJECTION, SEALED, CLOSING):
        signed.verify(OTIENO.device_key)
        with pytest.raises(EventInvalid):
            signed.verify(SILVA.device_key)
