"""Archive seals (PROTOCOL §4.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.archive import (
    ArchivePrivate,
    ArchiveSeal,
    SealInvalid,
    check_seals,
    new_archive_key,
    open_seal,
    seals_for,
)
from cencomm.crypto.labels import expand_with_label
from cencomm.crypto.primitives import Secret
from cencomm.ids import GroupId
from tests.unit.crypto.hostile import survives

GROUP = GroupId(b"g" * 16)
CONTENT_KEY = Secret(b"k" * 32)
FIRST, SECOND = new_archive_key(), new_archive_key()


def export(label: str, context: bytes, length: int) -> Secret:
    return expand_with_label(b"exporter", label, context, length)


def seals(epoch: int = 3, group_id: GroupId = GROUP) -> tuple[ArchiveSeal, ...]:
    keys = (FIRST.public_key, SECOND.public_key)
    return seals_for(export, group_id=group_id, epoch=epoch, content_key=CONTENT_KEY, archive_keys=keys)


def test_decoder_survives_hostile_bytes() -> None:
    survives(ArchiveSeal.decode, seals()[0].encode())


def test_each_holder_opens_his_own_seal() -> None:
    first, second = seals()
    assert open_seal(first, FIRST, group_id=GROUP, epoch=3) == CONTENT_KEY
    assert open_seal(second, SECOND, group_id=GROUP, epoch=3) == CONTENT_KEY
    assert isinstance(open_seal(first, FIRST, group_id=GROUP, epoch=3), Secret)


def test_every_member_computes_the_same_bytes_and_finds_the_wrong_ones() -> None:
    first, second = seals()
    assert seals() == (first, second)
    garbage = replace(second, ciphertext=bytes(48))
    assert check_seals((first, second), (second, first)) == ()
    assert check_seals((first, second), (first, garbage)) == (second.archive_key_id,)
    assert check_seals((first, second), ()) == (first.archive_key_id, second.archive_key_id)


def test_keys_of_different_seals_are_not_shared() -> None:
    assert len({seal.kem_output for seal in seals()}) == 2


@pytest.mark.parametrize(
    ("archive", "group_id", "epoch", "reason"),
    [
        (SECOND, GROUP, 3, "other_key"),
        (FIRST, GroupId(bytes(16)), 3, "does_not_open"),
        (FIRST, GROUP, 4, "does_not_open"),
    ],
)
def test_a_seal_is_bound_to_key_group_and_epoch(
    archive: ArchivePrivate, group_id: GroupId, epoch: int, reason: str
) -> None:
    with pytest.raises(SealInvalid) as caught:
        open_seal(seals()[0], archive, group_id=group_id, epoch=epoch)
    assert caught.value.facts["reason"] == reason


def test_garbage_does_not_open() -> None:
    first = seals()[0]
    for changed in (replace(first, ciphertext=bytes(48)), replace(first, kem_output=bytes(32))):
        with pytest.raises(SealInvalid):
            open_seal(changed, FIRST, group_id=GROUP, epoch=3)


def test_a_private_key_is_not_shown() -> None:
    assert "hidden" in repr(FIRST)
    assert FIRST.private_key.hex() not in repr(FIRST)
