"""Rules of getting in (PROTOCOL §2.1, §2.5).

JN-001 a Welcome is taken with the key package that it was made for, which is spent then; a last-resort one stays
JN-002 a Welcome that does not open, or that the replay has passed, is left
JN-003 a new device joins from outside the epoch that its own replay has reached
JN-004 a GroupInfo that is older, or of another past, is refused, and nothing is sent
JN-005 a log that does not extend the account's checkpoint is refused and told
JN-006 a group whose last commit is too old is not joined from outside
JN-007 a successor is started only by those who may
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.client import model
from cencomm.client.committer import Committer
from cencomm.client.engine.engine import CugEngine
from cencomm.client.errors import StaleGroupInfo
from cencomm.client.joining import FRESHNESS_MS, fetch_welcome, join_from_outside, start_successor, wants_leaf
from cencomm.client.keypackages import LAST_RESORT, ONCE
from cencomm.client.model import CheckpointRow, pack
from cencomm.crypto.group_context import Role
from cencomm.crypto.policy import device_of
from cencomm.wire.frames import StartGroup
from tests.unit.client.engine.test_receive import talk
from tests.unit.client.stand import NOW_MS, Stand, alarms, altered, api_of, texts
from tests.unit.client.test_admit import beside


def second_device(stand: Stand, *others: str) -> tuple[CugEngine, CugEngine]:
    """The organiser, and a second device of his that has replayed the log."""
    here = stand.open("KE/otieno")
    if others:
        stand.admit(here, *others)
    phone = stand.engine(stand.device("KE/otieno", "phone"))
    stand.run()
    return here, phone


class TestWelcome:
    @pytest.mark.parametrize("number", [ONCE, LAST_RESORT])
    async def test_it_is_taken_with_its_key_package(self, tmp_path: Path, number: int) -> None:
        """JN-001, JN-002"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        stand.admit(here, "FR/dupont")
        device = next(device for device in stand.profiles if device.startswith("FR"))
        there = stand.engines[device]
        profile = stand.profile(stand.device("FR/dupont", "restored"))
        fresh = stand.engine(there.memory.device, profile)
        api, _ = api_of(stand, there.memory.device)
        assert not await fetch_welcome(fresh, api, profile)
        bundle = stand.bundles[device]
        with profile.transaction() as tx:
            tx.put(model.KEY_PACKAGES, bundle.reference, bundle.encode(), number=number)
        assert await fetch_welcome(fresh, api, profile)
        assert (profile.read().get(model.KEY_PACKAGES, bundle.reference) is None) == (number == ONCE)
        assert not await fetch_welcome(fresh, api, profile)
        stand.catch_up(fresh)
        assert fresh.memory.secret is not None

    async def test_without_one_nothing_happens(self, tmp_path: Path) -> None:
        """JN-002"""
        stand = Stand(tmp_path)
        _, phone = second_device(stand)
        api, _ = api_of(stand, phone.memory.device)
        assert not await fetch_welcome(phone, api, stand.profile(phone.memory.device))


class TestFromOutside:
    async def test_a_new_device_joins(self, tmp_path: Path) -> None:
        """JN-003"""
        stand = Stand(tmp_path)
        here, phone = second_device(stand, "FR/dupont")
        assert wants_leaf(phone)
        api, _ = api_of(stand, phone.memory.device)
        await beside(stand, join_from_outside(phone, Committer(phone), api, stand.profile(phone.memory.device)))
        assert not wants_leaf(phone)
        assert not phone.memory.row.confirmed
        assert "not_confirmed" in alarms(phone)
        talk(stand, here, "own officer")
        assert not phone.memory.row.confirmed
        talk(stand, stand.engines[next(name for name in stand.engines if "FR" in name)], "another")
        assert phone.memory.row.confirmed
        assert texts(phone) == ["own officer", "another"]
        assert not await join_from_outside(phone, Committer(phone), api, stand.profile(phone.memory.device))

    async def test_it_takes_the_place_of_its_own_old_leaf(self, tmp_path: Path) -> None:
        """JN-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        with there.changing():
            there.memory.set_secret(None)
        api, _ = api_of(stand, there.memory.device)
        await beside(stand, join_from_outside(there, Committer(there), api, stand.profile(there.memory.device)))
        assert here.memory.group is not None
        names = sorted(device_of(leaf) for _, leaf in here.memory.group.tree.leaves())
        assert names == ["FR/dupont/laptop", "KE/otieno/laptop"]

    async def test_an_old_group_info_is_refused(self, tmp_path: Path) -> None:
        """JN-004"""
        stand = Stand(tmp_path)
        here, phone = second_device(stand)
        old_info, old_epoch = stand.group_info, stand.current
        stand.begin_commit(here)
        stand.run()
        stand.group_info, current = old_info, stand.current
        stand.current = old_epoch
        api, _ = api_of(stand, phone.memory.device)
        profile = stand.profile(phone.memory.device)
        count = len(stand.log)
        with pytest.raises(StaleGroupInfo):
            await beside(stand, join_from_outside(phone, Committer(phone), api, profile))
        stand.current = current
        with pytest.raises(StaleGroupInfo):
            await beside(stand, join_from_outside(phone, Committer(phone), api, profile))
        assert "fork" in alarms(phone)
        assert len(stand.log) == count
        assert phone.memory.pending is None

    async def test_a_log_that_does_not_extend_the_checkpoint_is_refused(self, tmp_path: Path) -> None:
        """JN-005"""
        stand = Stand(tmp_path)
        here, phone = second_device(stand)
        profile = stand.profile(phone.memory.device)
        api, _ = api_of(stand, phone.memory.device)
        row = here.memory.row
        for head_n, head_hash, code in ((1, bytes(32), "fork"), (9, row.head_hash, "rolled_back")):
            known = CheckpointRow(stand.cug_id, head_n, head_hash, row.group_id, row.epoch)
            with profile.transaction() as tx:
                tx.put(model.VAULT, stand.cug_id, pack(known))
            with pytest.raises(StaleGroupInfo):
                await beside(stand, join_from_outside(phone, Committer(phone), api, profile))
            assert code in alarms(phone)
        known = CheckpointRow(stand.cug_id, row.head_n, row.head_hash, row.group_id, row.epoch)
        with profile.transaction() as tx:
            tx.put(model.VAULT, stand.cug_id, pack(known))
        await beside(stand, join_from_outside(phone, Committer(phone), api, profile))
        assert phone.memory.secret is not None

    async def test_a_group_that_slept_too_long_is_not_joined(self, tmp_path: Path) -> None:
        """JN-006"""
        stand = Stand(tmp_path)
        _, phone = second_device(stand)
        stand.clock.at_ms = NOW_MS + FRESHNESS_MS + 60_000
        api, _ = api_of(stand, phone.memory.device)
        with pytest.raises(StaleGroupInfo):
            await beside(stand, join_from_outside(phone, Committer(phone), api, stand.profile(phone.memory.device)))
        assert len(stand.log) == 1

    async def test_a_server_cannot_make_an_old_group_young(self, tmp_path: Path) -> None:
        """JN-006"""
        stand = Stand(tmp_path)
        stand.open("KE/otieno")
        stand.clock.at_ms = NOW_MS + FRESHNESS_MS + 60_000
        stand.log[0] = altered(stand.log[0], server_time=stand.clock.at_ms)
        phone = stand.engine(stand.device("KE/otieno", "phone"))
        stand.run()
        assert wants_leaf(phone)
        api, _ = api_of(stand, phone.memory.device)
        with pytest.raises(StaleGroupInfo):
            await beside(stand, join_from_outside(phone, Committer(phone), api, stand.profile(phone.memory.device)))
        assert len(stand.log) == 1


class TestSuccessor:
    async def test_only_those_who_may_start_one(self, tmp_path: Path) -> None:
        """JN-007"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        assert not await start_successor(there, Committer(there), by_intent=True)
        assert not any(isinstance(frame, StartGroup) for link in stand.links.values() for frame in link.sent)
        assert not await start_successor(here, Committer(here), by_intent=False)
        before = here.memory.row.group_id
        await beside(stand, start_successor(here, Committer(here), by_intent=True))
        assert here.memory.row.group_id != before
        assert there.memory.row.group_id == here.memory.row.group_id
        assert here.memory.row.role == Role.ORGANISER
        assert there.memory.secret is None
        assert wants_leaf(there)
        api, _ = api_of(stand, there.memory.device)
        await beside(stand, join_from_outside(there, Committer(there), api, stand.profile(there.memory.device)))
        talk(stand, there, "new group")
        assert texts(here) == ["new group"]
