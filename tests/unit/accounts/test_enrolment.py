"""Invitations and enrolment."""

from __future__ import annotations

import asyncio

import pytest

from cencomm.accounts import enrolment, lockout, tokens, vault
from cencomm.accounts.errors import (
    AlreadyEnrolled,
    EnrolmentIncomplete,
    InvitationInvalid,
    KdfNotOffered,
    LockedOut,
    NotAllowed,
)
from cencomm.accounts.model import SECRETARIAT, AccountKind, Kdf
from cencomm.accounts.sessions import SignedIn
from cencomm.accounts.vault import MAX_ITEM_BYTES, Item
from cencomm.wire.encoding import TooLarge
from tests.accounts_world import ADDRESS, HOURS, World

COUNTED = frozenset({"sign_in_failures"})


async def enrol(world: World, account: str, code: str, **changes: object) -> SignedIn:
    return await enrolment.enrol(world.enrol_command(account, code, **changes), world.uow(), world.now_ms, HOURS)


class TestInvite:
    async def test_code_is_shown_once_and_stored_as_a_hash(self, world: World) -> None:
        secretariat = await world.secretariat()
        invited = await enrolment.invite(secretariat, "KE", "Kenya", world.uow(), world.now_ms)
        assert invited.invitation.kind is AccountKind.NCP
        assert invited.invitation.expires_ms == world.now_ms + enrolment.INVITATION_MS
        assert invited.code not in repr(await world.snapshot())
        assert invited.code not in repr(invited)

    async def test_inviting_again_replaces_the_code(self, world: World) -> None:
        secretariat = await world.secretariat()
        first = await enrolment.invite(secretariat, "KE", "Kenya", world.uow(), world.now_ms)
        second = await enrolment.invite(secretariat, "KE", "Kenya", world.uow(), world.now_ms)
        with pytest.raises(InvitationInvalid):
            await enrol(world, "KE", first.code)
        await enrol(world, "KE", second.code)

    async def test_account_that_exists_is_not_invited(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.invited(secretariat, "KE")
        before = await world.snapshot()
        with pytest.raises(AlreadyEnrolled):
            await enrolment.invite(secretariat, "KE", "Kenya", world.uow(), world.now_ms)
        assert await world.snapshot() == before

    @pytest.mark.parametrize("account", ["FR", "FR/martin", "secretariat/second", "KE"])
    async def test_ncp_invites_only_its_officers(self, world: World, account: str) -> None:
        ncp = (await world.invited(await world.secretariat(), "KE")).session
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await enrolment.invite(ncp, account, "X", world.uow(), world.now_ms)
        assert await world.snapshot() == before

    async def test_officer_invites_nobody(self, world: World) -> None:
        ncp = (await world.invited(await world.secretariat(), "KE")).session
        officer = (await world.invited(ncp, "KE/otieno")).session
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await enrolment.invite(officer, "KE/wanjiru", "X", world.uow(), world.now_ms)
        assert await world.snapshot() == before


class TestInvitations:
    async def test_each_sees_what_its_own_side_invited_in_pages(self, world: World) -> None:
        secretariat = await world.secretariat()
        for administration in ("KE", "FR", "AR"):
            await enrolment.invite(secretariat, administration, "X", world.uow(), world.now_ms)
        second = (await world.invited(secretariat, "secretariat/second")).session
        ncp = (await world.invited(secretariat, "BR")).session
        await enrolment.invite(ncp, "BR/silva", "X", world.uow(), world.now_ms)
        first_page = await enrolment.invitations(second, "", 3, world.uow())
        rest = await enrolment.invitations(second, first_page[-1].account_id, 10, world.uow())
        names = [invitation.account_id for invitation in first_page + rest]
        assert names == ["AR", "BR", "FR", "KE", SECRETARIAT, "secretariat/second"]
        assert [i.account_id for i in await enrolment.invitations(ncp, "", 10, world.uow())] == ["BR/silva"]

    async def test_officer_sees_none(self, world: World) -> None:
        ncp = (await world.invited(await world.secretariat(), "KE")).session
        officer = (await world.invited(ncp, "KE/otieno")).session
        with pytest.raises(NotAllowed):
            await enrolment.invitations(officer, "", 10, world.uow())


class TestEnrol:
    async def test_account_and_session_begin_and_the_keys_are_not_stored(self, world: World) -> None:
        code = await world.invite_first()
        signed_in = await enrol(world, SECRETARIAT, code, authentication_key=b"\x07" * 32)
        assert signed_in.session.account_id == SECRETARIAT
        assert signed_in.session.device_id is None
        stored = await world.snapshot()
        assert len(stored["accounts"]) == len(stored["sessions"]) == 1
        assert repr(b"\x07" * 32) not in repr(stored)

    async def test_the_first_item_of_the_vault_is_stored_with_the_account_or_not_at_all(self, world: World) -> None:
        code = await world.invite_first()
        before = await world.snapshot()
        with pytest.raises(TooLarge):
            await enrol(world, SECRETARIAT, code, inner_envelope=Item(b"i" * 16, 1, bytes(MAX_ITEM_BYTES + 1)))
        assert await world.snapshot() == before
        signed_in = await enrol(world, SECRETARIAT, code, inner_envelope=Item(b"i" * 16, 1, b"sealed"))
        found, more = await vault.items_after(signed_in.session, 0, 10, world.uow())
        assert [(item.position, item.item_id, item.data) for item in found] == [(1, b"i" * 16, b"sealed")]
        assert not more

    async def test_code_works_once(self, world: World) -> None:
        code = await world.invite_first()
        await enrol(world, SECRETARIAT, code)
        before = await world.snapshot(without=COUNTED)
        with pytest.raises(InvitationInvalid):
            await enrol(world, SECRETARIAT, code)
        assert await world.snapshot(without=COUNTED) == before

    async def test_of_two_at_once_one_wins(self, world: World) -> None:
        code = await world.invite_first()
        answers = await asyncio.gather(*[enrol(world, SECRETARIAT, code) for _ in range(4)], return_exceptions=True)
        assert sum(isinstance(answer, SignedIn) for answer in answers) == 1
        assert len((await world.snapshot())["accounts"]) == 1

    @pytest.mark.parametrize("account", [SECRETARIAT, "KE"])
    async def test_wrong_code_and_no_invitation_are_refused_alike(self, world: World, account: str) -> None:
        await world.invite_first()
        before = await world.snapshot(without=COUNTED)
        with pytest.raises(InvitationInvalid) as refused:
            await enrol(world, account, "wrong")
        assert refused.value.facts == {}
        assert await world.snapshot(without=COUNTED) == before

    async def test_expired_invitation_is_refused(self, world: World) -> None:
        code = await world.invite_first()
        world.now_ms += enrolment.INVITATION_MS
        before = await world.snapshot(without=COUNTED)
        with pytest.raises(InvitationInvalid):
            await enrol(world, SECRETARIAT, code)
        assert await world.snapshot(without=COUNTED) == before

    async def test_guessing_codes_locks(self, world: World) -> None:
        code = await world.invite_first()
        for _ in range(lockout.FREE_FOR_ACCOUNT + 1):
            with pytest.raises(InvitationInvalid):
                await enrol(world, SECRETARIAT, "wrong")
        before = await world.snapshot()
        with pytest.raises(LockedOut):
            await enrol(world, SECRETARIAT, code)
        assert await world.snapshot() == before

    async def test_other_password_hashing_is_refused_and_the_invitation_stays(self, world: World) -> None:
        code = await world.invite_first()
        before = await world.snapshot()
        with pytest.raises(KdfNotOffered):
            await enrol(world, SECRETARIAT, code, kdf=Kdf(b"s" * 16, 1, tokens.KDF_MEMORY_BYTES))
        assert await world.snapshot() == before
        await enrol(world, SECRETARIAT, code)

    @pytest.mark.parametrize("missing", ["certificate_request", "request_mac"])
    async def test_ncp_without_request_is_refused(self, world: World, missing: str) -> None:
        secretariat = await world.secretariat()
        code = (await enrolment.invite(secretariat, "KE", "Kenya", world.uow(), world.now_ms)).code
        before = await world.snapshot()
        with pytest.raises(EnrolmentIncomplete):
            await enrol(world, "KE", code, **{missing: None})
        assert await world.snapshot() == before

    async def test_secretariat_has_no_request(self, world: World) -> None:
        code = await world.invite_first()
        before = await world.snapshot()
        with pytest.raises(EnrolmentIncomplete):
            await enrol(world, SECRETARIAT, code, certificate_request=b"r", request_mac=b"m" * 32)
        assert await world.snapshot() == before


class TestInvitationOf:
    """What the holder of a sheet is told before he chooses a password."""

    async def asked(self, world: World, account: str, code: str) -> bool:
        found = await enrolment.invitation_of(account, code, ADDRESS, world.uow(), world.now_ms)
        return found.redeemed

    async def test_says_whether_the_account_has_begun_and_changes_nothing(self, world: World) -> None:
        code = await world.invite_first()
        before = await world.snapshot()
        assert await self.asked(world, SECRETARIAT, code) is False
        assert await world.snapshot() == before
        await enrol(world, SECRETARIAT, code)
        assert await self.asked(world, SECRETARIAT, code) is True

    async def test_redeemed_one_is_known_after_it_would_have_expired(self, world: World) -> None:
        code = await world.invite_first()
        await enrol(world, SECRETARIAT, code)
        world.now_ms += enrolment.INVITATION_MS
        assert await self.asked(world, SECRETARIAT, code) is True

    async def test_without_the_code_nothing_is_learnt_of_an_account_that_exists(self, world: World) -> None:
        await enrol(world, SECRETARIAT, await world.invite_first())
        before = await world.snapshot(without=COUNTED)
        for account in (SECRETARIAT, "KE"):
            with pytest.raises(InvitationInvalid) as refused:
                await self.asked(world, account, "wrong")
            assert refused.value.facts == {}
        assert await world.snapshot(without=COUNTED) == before

    async def test_expired_one_is_refused(self, world: World) -> None:
        code = await world.invite_first()
        world.now_ms += enrolment.INVITATION_MS
        with pytest.raises(InvitationInvalid):
            await self.asked(world, SECRETARIAT, code)

    async def test_a_right_code_does_not_forget_wrong_keys(self, world: World) -> None:
        code = await world.invite_first()
        for _ in range(lockout.FREE_FOR_ACCOUNT + 1):
            with pytest.raises(InvitationInvalid):
                await self.asked(world, SECRETARIAT, "wrong")
        before = await world.snapshot()
        with pytest.raises(LockedOut):
            await self.asked(world, SECRETARIAT, code)
        assert await world.snapshot() == before
