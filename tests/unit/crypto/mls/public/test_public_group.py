"""The public state: from a GroupInfo, and its snapshot. Refusals stand in the table of cases."""

from __future__ import annotations

import hashlib

import pytest

from cencomm.crypto.mls.public.extensions import Extension, ExtensionType
from cencomm.crypto.mls.public.proposals import ReInit
from cencomm.crypto.mls.public.public_group import (
    PublicGroup,
    decode_group_info,
    group_from,
    public_group_from_group_info,
)
from cencomm.crypto.mls.public.transcript import interim_transcript_hash
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.mls.public.world import SUITE, founded, grown


@pytest.mark.parametrize("signer", range(6))
def test_group_info_of_any_member_gives_the_group(signer: int) -> None:
    group = public_group_from_group_info(grown().group_info(signer))
    assert group == grown().group
    assert group.context_hash() == hashlib.sha256(group.context.encode()).digest()
    assert (group.suite, group.group_id, group.epoch) == (SUITE, grown().group.group_id, 5)


def test_tree_may_come_another_way_and_then_counts() -> None:
    bare = grown().group_info(extensions=())
    assert public_group_from_group_info(bare, tree=grown().group.tree.encode()) == grown().group
    assert group_from(decode_group_info(bare), tree=grown().group.tree.encode()) == grown().group
    with pytest.raises(MlsError) as refusal:
        public_group_from_group_info(grown().group_info(), tree=founded().group.tree.encode())
    assert refusal.value.check == "V202"


def test_group_of_one() -> None:
    world = founded()
    assert public_group_from_group_info(world.group_info()) == world.group


def test_malformed_tree_is_malformed() -> None:
    broken = grown().group_info(extensions=(Extension(ExtensionType.RATCHET_TREE, b"\x05"),))
    with pytest.raises(DecodeError):
        public_group_from_group_info(broken)


def test_malformed_required_capabilities_are_malformed() -> None:
    world = founded(extensions=(Extension(ExtensionType.REQUIRED_CAPABILITIES, b"\x01"),))
    with pytest.raises(DecodeError):
        public_group_from_group_info(world.group_info())


class TestSnapshot:
    def test_gives_the_same_group(self) -> None:
        group = grown().group
        again = PublicGroup.decode(group.encode())
        assert again == group
        expected = interim_transcript_hash(group.context.confirmed_transcript_hash, group.confirmation_tag)
        assert again.interim_transcript_hash == group.interim_transcript_hash == expected

    def test_remembers_that_the_group_was_re_initialised(self) -> None:
        world = grown().after(grown().commit(ReInit(b"next", 1, SUITE), path=False))
        assert world.group.re_initialised
        assert PublicGroup.decode(world.group.encode()).re_initialised

    def test_unknown_version_or_flag_is_refused(self) -> None:
        data = grown().group.encode()
        with pytest.raises(DecodeError, match="snapshot_version_unknown"):
            PublicGroup.decode(b"\x02" + data[1:])
        with pytest.raises(DecodeError, match="boolean_invalid"):
            PublicGroup.decode(data[:-1] + b"\x02")

    def test_goes_on_where_the_group_stood(self) -> None:
        world = grown()
        message = world.commit()
        restored = type(world)(PublicGroup.decode(world.group.encode()), world.clients)
        assert restored.stage(message).next() == world.stage(message).next()
