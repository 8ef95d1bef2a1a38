"""Signing in and out."""

from __future__ import annotations

import dataclasses

import pytest

from cencomm.accounts import access, lockout, sessions, tokens
from cencomm.accounts.errors import (
    DeviceRevoked,
    DeviceUnknown,
    LockedOut,
    NotAllowed,
    NotSignedIn,
    SignInRefused,
)
from cencomm.accounts.model import SECRETARIAT, Session
from cencomm.accounts.sessions import SignIn
from cencomm.crypto.primitives import BadSignature
from cencomm.ids import DeviceId
from tests.accounts_world import ADDRESS, HOURS, KEY, RECOVERY_KEY, World

WRONG = b"w" * 32
COUNTED = frozenset({"sign_in_failures"})


async def sign_in(world: World, key: bytes = KEY, account: str = SECRETARIAT, **changes: str) -> sessions.SignedIn:
    command = SignIn(account, key, changes.get("method", access.PASSWORD), changes.get("address", ADDRESS))
    return await sessions.finish(command, world.deployment, world.uow(), world.now_ms, HOURS)


class TestStart:
    async def test_known_account_gets_its_own_parameters(self, world: World) -> None:
        await world.secretariat()
        kdf = await sessions.start(SECRETARIAT, world.deployment, world.uow())
        assert kdf.salt == b"s" * 16

    async def test_unknown_account_gets_made_up_parameters_that_stay_the_same(self, world: World) -> None:
        first = await sessions.start("KE", world.deployment, world.uow())
        assert first == await sessions.start("KE", world.deployment, world.uow())
        assert first.salt != (await sessions.start("FR", world.deployment, world.uow())).salt
        assert (first.ops_limit, first.memory_bytes) == (tokens.KDF_OPS_LIMIT, tokens.KDF_MEMORY_BYTES)


class TestFinish:
    async def test_right_key_opens_a_session_and_only_the_tokens_hash_is_stored(self, world: World) -> None:
        await world.secretariat()
        signed_in = await sign_in(world)
        found = await sessions.session_of(signed_in.token, world.uow(), world.now_ms)
        assert found == signed_in.session
        assert signed_in.token.encode() not in repr(await world.snapshot()).encode()

    @pytest.mark.parametrize("account", [SECRETARIAT, "secretariat/nobody", "KE"])
    async def test_wrong_key_and_unknown_account_are_refused_alike(self, world: World, account: str) -> None:
        await world.secretariat()
        before = await world.snapshot(without=COUNTED)
        with pytest.raises(SignInRefused) as refused:
            await sign_in(world, WRONG, account)
        assert refused.value.facts == {}
        assert await world.snapshot(without=COUNTED) == before

    async def test_recovery_key_opens_a_short_session_by_recovery(self, world: World) -> None:
        await world.secretariat()
        session = (await sign_in(world, RECOVERY_KEY, method=access.RECOVERY)).session
        assert session.method == access.RECOVERY
        assert session.expires_ms == world.now_ms + sessions.RECOVERY_SESSION_MS

    async def test_password_key_does_not_open_a_recovery_session(self, world: World) -> None:
        await world.secretariat()
        with pytest.raises(SignInRefused):
            await sign_in(world, KEY, method=access.RECOVERY)

    @pytest.mark.parametrize("account", [SECRETARIAT, "KE"])
    async def test_account_is_locked_after_wrong_keys_known_or_not(self, world: World, account: str) -> None:
        await world.secretariat()
        for attempt in range(lockout.FREE_FOR_ACCOUNT + 1):
            with pytest.raises(SignInRefused):
                await sign_in(world, WRONG, account, address=f"192.0.2.{attempt}")
        before = await world.snapshot()
        with pytest.raises(LockedOut) as refused:
            await sign_in(world, KEY, account)
        assert refused.value.facts == {"retry_after_seconds": lockout.FIRST_LOCK_MS // 1000}
        assert await world.snapshot() == before

    async def test_lock_ends_and_a_right_key_forgets_the_count(self, world: World) -> None:
        await world.secretariat()
        for _ in range(lockout.FREE_FOR_ACCOUNT + 1):
            with pytest.raises(SignInRefused):
                await sign_in(world, WRONG)
        world.now_ms += lockout.FIRST_LOCK_MS + 1
        await sign_in(world)
        with pytest.raises(SignInRefused):
            await sign_in(world, WRONG)
        await sign_in(world)

    async def test_address_is_locked_whatever_the_account(self, world: World) -> None:
        await world.secretariat()
        for attempt in range(lockout.FREE_FOR_ADDRESS + 1):
            with pytest.raises(SignInRefused):
                await sign_in(world, WRONG, f"secretariat/{attempt}")
        with pytest.raises(LockedOut):
            await sign_in(world)
        await sign_in(world, address="192.0.2.200")

    async def test_right_key_does_not_forget_the_addresss_count(self, world: World) -> None:
        await world.secretariat()
        for attempt in range(lockout.FREE_FOR_ADDRESS):
            with pytest.raises(SignInRefused):
                await sign_in(world, WRONG, f"secretariat/{attempt}")
        await sign_in(world)
        with pytest.raises(SignInRefused):
            await sign_in(world, WRONG, "secretariat/x")
        with pytest.raises(LockedOut):
            await sign_in(world)


class TestSessionOf:
    async def test_unknown_token_is_refused(self, world: World) -> None:
        with pytest.raises(NotSignedIn):
            await sessions.session_of("nonsense", world.uow(), world.now_ms)

    async def test_expired_session_is_refused_and_dropped_with_the_next_sign_in(self, world: World) -> None:
        await world.secretariat()
        signed_in = await sign_in(world)
        world.now_ms = signed_in.session.expires_ms
        with pytest.raises(NotSignedIn):
            await sessions.session_of(signed_in.token, world.uow(), world.now_ms)
        await sign_in(world)
        assert len((await world.snapshot())["sessions"]) == 1


class TestSignOut:
    async def test_one_session_ends(self, world: World) -> None:
        first = await world.secretariat()
        second = await sign_in(world)
        await sessions.sign_out(second.session, world.uow())
        with pytest.raises(NotSignedIn):
            await sessions.session_of(second.token, world.uow(), world.now_ms)
        await sessions.live_session(first.token_hash, world.uow(), world.now_ms)

    async def test_everywhere_ends_all_of_the_account_and_no_other(self, world: World) -> None:
        secretariat = await world.secretariat()
        ncp = await world.ncp(secretariat, "KE")
        await sessions.sign_out_everywhere(secretariat, world.uow())
        with pytest.raises(NotSignedIn):
            await sessions.live_session(secretariat.token_hash, world.uow(), world.now_ms)
        await sessions.live_session(ncp.token_hash, world.uow(), world.now_ms)

    async def test_recovery_session_ends_no_others(self, world: World) -> None:
        first = await world.secretariat()
        recovery = (await sign_in(world, RECOVERY_KEY, method=access.RECOVERY)).session
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await sessions.sign_out_everywhere(recovery, world.uow())
        assert await world.snapshot() == before
        await sessions.live_session(first.token_hash, world.uow(), world.now_ms)


class TestView:
    async def test_says_whether_the_account_is_certified(self, world: World) -> None:
        secretariat = await world.secretariat()
        waiting = (await world.invited(secretariat, "FR")).session
        certified = await world.ncp(secretariat, "KE")
        assert not (await sessions.view(waiting, world.uow())).certified
        assert (await sessions.view(certified, world.uow())).certified
        assert (await sessions.view(certified, world.uow())).display_name == "Name of KE"

    async def test_session_without_account_is_none(self, world: World) -> None:
        session = dataclasses.replace(await world.secretariat(), account_id="secretariat/gone")
        with pytest.raises(NotSignedIn):
            await sessions.view(session, world.uow())


class TestBindDevice:
    async def second_session(self, world: World) -> tuple[Session, Session]:
        """(bound to the laptop, of the same officer and not bound)"""
        ncp = await world.ncp(await world.secretariat(), "KE")
        bound = await world.officer_with_device(ncp, "KE/otieno")
        return bound, (await sign_in(world, KEY, "KE/otieno")).session

    async def test_device_proves_itself_by_signing_the_tokens_hash(self, world: World) -> None:
        _, session = await self.second_session(world)
        device_id = DeviceId("KE/otieno/laptop")
        view = await sessions.bind_device(session, device_id, world.proof(device_id, session), world.uow())
        assert view.session.device_id == device_id
        assert (await sessions.live_session(session.token_hash, world.uow(), world.now_ms)).device_id == device_id

    async def test_proof_for_another_session_is_refused(self, world: World) -> None:
        bound, session = await self.second_session(world)
        device_id = DeviceId("KE/otieno/laptop")
        before = await world.snapshot()
        with pytest.raises(BadSignature):
            await sessions.bind_device(session, device_id, world.proof(device_id, bound), world.uow())
        assert await world.snapshot() == before

    async def test_device_of_another_officer_is_refused(self, world: World) -> None:
        bound, _ = await self.second_session(world)
        other = dataclasses.replace(bound, account_id="KE/wanjiru")
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await sessions.bind_device(other, DeviceId("KE/otieno/laptop"), bytes(64), world.uow())
        assert await world.snapshot() == before

    async def test_unknown_device_is_refused(self, world: World) -> None:
        _, session = await self.second_session(world)
        before = await world.snapshot()
        with pytest.raises(DeviceUnknown):
            await sessions.bind_device(session, DeviceId("KE/otieno/phone"), bytes(64), world.uow())
        assert await world.snapshot() == before

    async def test_revoked_device_is_refused(self, world: World) -> None:
        _, session = await self.second_session(world)
        device_id = DeviceId("KE/otieno/laptop")
        async with world.uow() as uow:
            await uow.devices.revoke(device_id, world.now_ms)
            await uow.commit()
        before = await world.snapshot()
        with pytest.raises(DeviceRevoked):
            await sessions.bind_device(session, device_id, world.proof(device_id, session), world.uow())
        assert await world.snapshot() == before
