"""Many at once, and what breaks inside a group, through a real server on both databases.

RC-001 of many committing at once one wins each epoch, the losers retry, nobody forks
RC-002 two processes on one profile: neither loses what the other did
RC-003 a commit with broken hidden parts: every honest member says so, and the group goes on without its author's help
RC-004 garbage archive seals are put right, and the organiser opens them on a fresh device
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from cencomm.client import account
from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.client.engine import committing
from cencomm.client.model import ItemKind
from cencomm.crypto.archive import ArchiveSeal
from cencomm.crypto.group_context import CencommGroup
from cencomm.crypto.mls.public.framing import PublicMessage, decode_message, encode_message
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit
from cencomm.crypto.mls.secret.group import GroupState
from tests.e2e.test_operation import PATIENCE_SECONDS, NewServer, all_at, say, until
from tests.e2e.world import PASSWORD, World, operation, texts

MANY = 6
ROUNDS = 4


async def agree(*cugs: Cug) -> None:
    """All in one epoch of one group."""
    await until(lambda: len({cug.last_seq for cug in cugs}) == 1)
    assert len({cug.epoch_authenticator for cug in cugs}) == 1
    assert all(cug.joined for cug in cugs)


class TestRaces:
    async def test_of_many_committing_at_once_one_wins_each_epoch(self, new_server: NewServer, tmp_path: Path) -> None:
        """RC-001"""
        world = await World.found(tmp_path, new_server())
        async with contextlib.AsyncExitStack() as stack:
            names = [f"KE/officer-{number}" for number in range(MANY)]
            clients = [await stack.enter_async_context(world.officer(name)) for name in names]
            cugs = await operation(clients[0], *clients[1:])
            first = cugs[0].epoch
            for number in range(ROUNDS):
                await asyncio.gather(*[cug.renew() for cug in cugs], say(cugs[1], f"round {number}"))
                await agree(*cugs)
            assert cugs[0].epoch == first + MANY * ROUNDS
            assert texts(cugs[0]) == [f"round {number}" for number in range(ROUNDS)]
            assert [cug.alarms() for cug in cugs] == [[]] * MANY

    async def test_two_processes_on_one_profile_lose_nothing(self, new_server: NewServer, tmp_path: Path) -> None:
        """RC-002"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont)
            async with Client.open(world.profile("FR/dupont"), PASSWORD) as again:
                await again.connect()
                twin = again.cug(there.id)
                for number in range(5):
                    await asyncio.gather(
                        say(there, f"a{number}"), say(twin, f"b{number}"), say(here, f"c{number}"), twin.renew()
                    )
                    await there.renew()
                await all_at(here, there, twin)
                expected = sorted(f"{letter}{number}" for letter in "abc" for number in range(5))
                assert sorted(texts(here)) == sorted(texts(there)) == sorted(texts(twin)) == expected
                assert texts(here) == texts(there) == texts(twin)
                assert here.alarms() == there.alarms() == twin.alarms() == []
                await agree(here, there, twin)

    async def test_a_commit_with_broken_hidden_parts_does_not_stop_the_group(
        self, new_server: NewServer, tmp_path: Path
    ) -> None:
        """RC-003"""
        world = await World.found(tmp_path, new_server())
        async with contextlib.AsyncExitStack() as stack:
            names = ["KE/otieno", "FR/dupont", "BR/silva", "IN/rao"]
            clients = [await stack.enter_async_context(world.officer(name)) for name in names]
            cugs = await operation(clients[0], *clients[1:])
            await say(cugs[0], "before")
            await all_at(*cugs)
            hostile, honest = cugs[3], (cugs[0], cugs[1], cugs[2])
            await broken_commit(hostile)
            await clients[3].disconnect()
            await until(lambda: all("commit_broken" in {alarm.code for alarm in cug.alarms()} for cug in honest))
            await until(lambda: all(cug.joined for cug in honest))
            await agree(*honest)
            for cug in honest:
                await say(cug, "after")
            await all_at(*honest)
            assert texts(cugs[0]) == texts(cugs[1]) == texts(cugs[2]) == ["before", "after", "after", "after"]
            rejections = [item for item in cugs[0].items() if item.kind is ItemKind.REJECTION]
            assert len({item.officer for item in rejections}) >= 2

    async def test_garbage_seals_are_put_right(self, new_server: NewServer, tmp_path: Path) -> None:
        """RC-004"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont)
            await garbage_seals(there)
            await until(lambda: "seal_wrong" in {alarm.code for alarm in here.alarms()})
            await say(here, "sealed")
            await asyncio.sleep(2.5)  # somebody uploads the right seal within two seconds
            await say(here, "done")
            await account.sign_in_new_device(
                world.profile("KE/otieno", "fresh"), world.sheets["KE/otieno"], PASSWORD, device="fresh"
            )
            async with Client.open(world.profile("KE/otieno", "fresh"), PASSWORD) as fresh:
                await fresh.connect()
                cug = await fresh.wait_for_cug(here.id, PATIENCE_SECONDS)
                await fresh.unlock_archive(cug, PASSWORD)
                await until(lambda: texts(cug) == ["sealed", "done"])


async def broken_commit(cug: Cug) -> None:
    """What a hostile member can do: a commit that passes every public check and whose confirmation tag is wrong."""
    engine = cug._engine
    original = create_commit

    def broken(state: GroupState, *args: object, **named: object) -> PendingCommit:
        made = original(state, *args, **named)  # type: ignore[arg-type]
        message = decode_message(made.commit)
        body = message.body
        assert isinstance(body, PublicMessage)
        spoiled = replace(body, membership_tag=bytes(32))
        return replace(made, commit=encode_message(spoiled))

    with patch.object(committing, "create_commit", broken):
        assert await engine.commit(()) == "won"


async def garbage_seals(cug: Cug) -> None:
    """What a hostile member can do: an empty commit whose archive seals open to nothing."""
    original = committing.seals_of

    def garbage(state: GroupState, group: CencommGroup) -> tuple[ArchiveSeal, ...]:
        return tuple([replace(seal, ciphertext=bytes(len(seal.ciphertext))) for seal in original(state, group)])

    with patch.object(committing, "seals_of", garbage):
        assert await cug._engine.commit(()) == "won"
