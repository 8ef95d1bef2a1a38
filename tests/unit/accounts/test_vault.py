"""Wraps by compare-and-swap, items written once, the password."""

from __future__ import annotations

import asyncio

import pytest

from cencomm.accounts import access, lockout, sessions, tokens, vault
from cencomm.accounts.errors import (
    KdfNotOffered,
    LockedOut,
    NotAllowed,
    NotSignedIn,
    SignInRefused,
    VaultConflict,
    VaultFull,
)
from cencomm.accounts.model import SECRETARIAT, Kdf, Session
from cencomm.accounts.sessions import SignIn
from cencomm.accounts.vault import ChangePassword, Item
from cencomm.wire.encoding import TooLarge
from tests.accounts_world import ADDRESS, HOURS, KEY, RECOVERY_KEY, World

NEW_KEY = b"n" * 32
COUNTED = frozenset({"sign_in_failures"})
FIRST, SECOND = Item(b"1" * 16, 1, b"first"), Item(b"2" * 16, 1, b"second")


async def signed_in(world: World, key: bytes = KEY, method: str = access.PASSWORD) -> Session:
    command = SignIn(SECRETARIAT, key, method, ADDRESS)
    return (await sessions.finish(command, world.deployment, world.uow(), world.now_ms, HOURS)).session


class TestWraps:
    async def test_swap_gives_the_next_version(self, world: World) -> None:
        session = await world.secretariat()
        assert await vault.wraps(session, world.uow()) == (1, b"wraps of secretariat")
        assert await vault.put_wraps(session, 1, b"newer", world.uow()) == 2
        assert await vault.wraps(session, world.uow()) == (2, b"newer")

    @pytest.mark.parametrize("expected", [0, 2])
    async def test_another_version_is_a_conflict(self, world: World, expected: int) -> None:
        session = await world.secretariat()
        before = await world.snapshot()
        with pytest.raises(VaultConflict):
            await vault.put_wraps(session, expected, b"newer", world.uow())
        assert await world.snapshot() == before

    async def test_of_many_at_once_one_wins(self, world: World) -> None:
        session = await world.secretariat()
        puts = [vault.put_wraps(session, 1, b"%d" % n, world.uow()) for n in range(6)]
        answers = await asyncio.gather(*puts, return_exceptions=True)
        assert sum(answer == 2 for answer in answers) == 1
        assert sum(isinstance(answer, VaultConflict) for answer in answers) == 5

    async def test_recovery_session_reads_but_does_not_write(self, world: World) -> None:
        await world.secretariat()
        recovery = await signed_in(world, RECOVERY_KEY, access.RECOVERY)
        assert (await vault.wraps(recovery, world.uow()))[0] == 1
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await vault.put_wraps(recovery, 1, b"newer", world.uow())
        with pytest.raises(NotAllowed):
            await vault.append(recovery, (FIRST,), world.uow())
        with pytest.raises(NotAllowed):
            await vault.items_after(recovery, 0, 10, world.uow())
        assert await world.snapshot() == before


def change(**changes: object) -> ChangePassword:
    kdf = Kdf(b"t" * 16, tokens.KDF_OPS_LIMIT, tokens.KDF_MEMORY_BYTES)
    values: dict[str, object] = {
        "key": KEY, "new_kdf": kdf, "new_key": NEW_KEY, "expected_version": 1, "wraps": b"again", "address": ADDRESS
    }  # fmt: skip
    return ChangePassword(**{**values, **changes})  # type: ignore[arg-type]


class TestChangePassword:
    async def test_new_key_signs_in_the_old_one_does_not_and_other_sessions_end(self, world: World) -> None:
        other = await world.secretariat()
        session = await signed_in(world)
        await vault.change_password(session, change(), world.uow(), world.now_ms)
        assert await vault.wraps(session, world.uow()) == (2, b"again")
        assert (await sessions.start(SECRETARIAT, world.deployment, world.uow())).salt == b"t" * 16
        with pytest.raises(NotSignedIn):
            await sessions.live_session(other.token_hash, world.uow(), world.now_ms)
        with pytest.raises(SignInRefused):
            await signed_in(world)
        await signed_in(world, NEW_KEY)

    @pytest.mark.parametrize("key", [None, b"w" * 32])
    async def test_wrong_or_missing_old_key_is_refused_and_counted(self, world: World, key: bytes | None) -> None:
        session = await world.secretariat()
        before = await world.snapshot(without=COUNTED)
        for _ in range(lockout.FREE_FOR_ACCOUNT + 1):
            with pytest.raises(SignInRefused):
                await vault.change_password(session, change(key=key), world.uow(), world.now_ms)
        with pytest.raises(LockedOut):
            await vault.change_password(session, change(), world.uow(), world.now_ms)
        assert await world.snapshot(without=COUNTED) == before

    async def test_wraps_that_somebody_changed_are_a_conflict(self, world: World) -> None:
        session = await world.secretariat()
        await signed_in(world)
        before = await world.snapshot()
        with pytest.raises(VaultConflict):
            await vault.change_password(session, change(expected_version=7), world.uow(), world.now_ms)
        assert await world.snapshot() == before

    async def test_other_password_hashing_is_refused(self, world: World) -> None:
        session = await world.secretariat()
        before = await world.snapshot()
        with pytest.raises(KdfNotOffered):
            await vault.change_password(session, change(new_kdf=Kdf(b"t" * 16, 1, 8192)), world.uow(), world.now_ms)
        assert await world.snapshot() == before

    async def test_recovery_session_needs_no_old_key(self, world: World) -> None:
        await world.secretariat()
        recovery = await signed_in(world, RECOVERY_KEY, access.RECOVERY)
        await vault.change_password(recovery, change(key=None), world.uow(), world.now_ms)
        await signed_in(world, NEW_KEY)


class TestItems:
    async def test_positions_follow_each_other_and_pages_end(self, world: World) -> None:
        session = await world.secretariat()
        assert await vault.append(session, (FIRST, SECOND), world.uow()) == 2
        assert await vault.append(session, (Item(b"1" * 16, 2, b"newer"),), world.uow()) == 3
        page, more = await vault.items_after(session, 0, 2, world.uow())
        assert ([entry.position for entry in page], more) == ([1, 2], True)
        page, more = await vault.items_after(session, 2, 2, world.uow())
        assert ([(entry.position, entry.data) for entry in page], more) == ([(3, b"newer")], False)

    async def test_same_bytes_again_are_harmless(self, world: World) -> None:
        session = await world.secretariat()
        await vault.append(session, (FIRST,), world.uow())
        assert await vault.append(session, (FIRST, SECOND, SECOND), world.uow()) == 2

    async def test_other_bytes_are_a_conflict_and_nothing_of_the_batch_is_stored(self, world: World) -> None:
        session = await world.secretariat()
        await vault.append(session, (FIRST,), world.uow())
        before = await world.snapshot()
        with pytest.raises(VaultConflict):
            await vault.append(session, (SECOND, Item(FIRST.item_id, 1, b"other")), world.uow())
        assert await world.snapshot() == before

    async def test_two_devices_never_lose_an_item(self, world: World) -> None:
        session = await world.secretariat()
        items = [Item(b"%016d" % n, 1, b"x") for n in range(10)]
        await asyncio.gather(*[vault.append(session, (item,), world.uow()) for item in items])
        page, _ = await vault.items_after(session, 0, 100, world.uow())
        assert [entry.position for entry in page] == list(range(1, 11))
        assert {entry.item_id for entry in page} == {item.item_id for item in items}

    async def test_item_beyond_the_bound_is_refused(self, world: World) -> None:
        session = await world.secretariat()
        before = await world.snapshot()
        with pytest.raises(TooLarge):
            await vault.append(session, (FIRST, Item(b"2" * 16, 1, bytes(vault.MAX_ITEM_BYTES + 1))), world.uow())
        assert await world.snapshot() == before

    async def test_full_vault_takes_no_more(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        session = await world.secretariat()
        monkeypatch.setattr(vault, "MAX_ITEMS", 1)
        before = await world.snapshot()
        with pytest.raises(VaultFull):
            await vault.append(session, (FIRST, SECOND), world.uow())
        assert await world.snapshot() == before

    async def test_accounts_do_not_see_each_others_items(self, world: World) -> None:
        secretariat = await world.secretariat()
        ncp = (await world.invited(secretariat, "KE")).session
        await vault.append(secretariat, (FIRST,), world.uow())
        assert await vault.items_after(ncp, 0, 10, world.uow()) == ([], False)
        assert await vault.append(ncp, (Item(FIRST.item_id, 1, b"own"),), world.uow()) == 1
