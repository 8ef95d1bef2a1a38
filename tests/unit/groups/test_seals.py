"""Closing cuts seals out of bodies; the hash of what was there stays computable by nobody but kept by the log."""

from __future__ import annotations

from cencomm.crypto import head
from cencomm.crypto.archive import ArchiveSeal
from cencomm.crypto.events import CommitBody, GroupStart
from cencomm.groups.log import Submission
from cencomm.groups.seals import event_hash, without_seals
from cencomm.ids import ClientRef, CugId, DeviceId, GroupId
from cencomm.wire.frames import EventKind

SEAL = ArchiveSeal(b"a" * 32, b"k" * 32, b"c" * 48)
GROUP = GroupId(b"g" * 16)


def test_the_hash_is_that_of_the_head_chain() -> None:
    event = Submission(
        CugId(b"c" * 16), DeviceId("KE/otieno/laptop"), ClientRef(b"r" * 16), EventKind.RECORD, b"sealed"
    )
    assert event_hash(event) == head.event_hash(3, "KE/otieno/laptop", ClientRef(b"r" * 16), b"sealed")


def test_group_starts_and_commits_lose_their_seals_and_nothing_else() -> None:
    start = GroupStart(GROUP, b"info", (SEAL,))
    assert GroupStart.decode(without_seals(EventKind.GROUP, start.encode())) == GroupStart(GROUP, b"info")
    commit = CommitBody(GROUP, 3, b"message", (SEAL, SEAL))
    assert CommitBody.decode(without_seals(EventKind.COMMIT, commit.encode())) == CommitBody(GROUP, 3, b"message")


def test_of_a_corrected_seal_nothing_stays_and_a_record_is_left_alone() -> None:
    assert without_seals(EventKind.SEAL, b"seal") == b""
    assert without_seals(EventKind.RECORD, b"sealed") == b"sealed"
