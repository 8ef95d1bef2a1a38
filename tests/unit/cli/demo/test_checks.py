"""What a member can read, and that a key which fits is noticed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from cencomm.cli.demo.checks import all_items, readable_forms, removed_at, removed_opens_nothing
from cencomm.client import model
from cencomm.client.model import Item, ItemKind, KeyRow, MembersChanged, Standing, pack
from cencomm.client.profile import PasswordCost, Profile
from cencomm.crypto.records import content_key
from cencomm.ids import OfficerId
from cencomm.wire.frames import Event
from tests.unit.cli.fakes import FakeCug, chat_item, form_item
from tests.unit.client.verify_world import REMOVED_AT, an_operation
from tests.unit.crypto.groups import CUG, GROUP
from tests.unit.crypto.people import OTIENO

PASSWORD = "a fair wind for Mombasa"


@dataclass
class Seen:
    """An entry of a log, as far as the check looks at it."""

    event: Event


@dataclass
class Organiser:
    """The organiser's CUG: the whole log."""

    events: list[Event]

    async def log(self) -> AsyncIterator[Seen]:
        for event in self.events:
            yield Seen(event)


def members_item(seq: int, members: MembersChanged) -> Item:
    return Item(seq=seq, at_ms=0, kind=ItemKind.MEMBERS, standing=Standing.VERIFIED, members=members)


def test_only_forms_with_answers_are_readable() -> None:
    cug = FakeCug([], found=[chat_item(1, "x"), form_item(2, {"reporting_country": "KE"}), form_item(3, {})])
    assert readable_forms(cug) == {b"\x02" * 16}  # type: ignore[arg-type]
    assert len(all_items(cug)) == 3  # type: ignore[arg-type]


def test_the_last_commit_that_removed_an_officer_is_where_his_reading_ends() -> None:
    gone, other = MembersChanged(removed=("KE/otieno",)), MembersChanged(removed=("FR/martin",))
    cug = FakeCug([], found=[members_item(2, gone), chat_item(3, "x"), members_item(5, gone), members_item(6, other)])
    assert removed_at(cug, OfficerId("KE/otieno")) == 5  # type: ignore[arg-type]
    assert removed_at(cug, OfficerId("BR/silva")) == 0  # type: ignore[arg-type]


async def test_a_key_that_fits_later_records_is_noticed(tmp_path: Path) -> None:
    log = an_operation()
    late_key = content_key(log.states[OTIENO.device_id].export, GROUP)
    for keys, opened in (([bytes(32)], 0), ([bytes(32), late_key], 1)):
        folder = tmp_path / str(opened)
        profile = Profile.create(folder, PASSWORD, cost=PasswordCost(1, 8192))
        with profile.transaction() as tx:
            for number, key in enumerate(keys):
                tx.put(model.content_keys(CUG), bytes([number]), pack(KeyRow(bytes(key))))
        profile.close()
        behind = FakeCug([], id=CUG, last_seq=REMOVED_AT - 2)  # a slow client: what he may read is still on its way
        organiser = Organiser(log.events)
        result = await removed_opens_nothing(folder, PASSWORD, behind, organiser, REMOVED_AT)  # type: ignore[arg-type]
        assert result == (opened, 1)
        assert behind.calls == [("wait_seq", REMOVED_AT)]
