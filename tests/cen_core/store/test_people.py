"""People, invitations and sessions on both databases."""

from __future__ import annotations

from dataclasses import replace

from cen_core.model.person import Invitation, Person, Session
from cen_core.model.principal import Level, Role
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import Stand

PERSON = Person("KE/otieno", "KE", "esa", Role.OFFICER, Level.UNLIMITED, "hash", True, "KE/ncp", 1)


async def test_a_person_is_stored_and_changed_whole(both: Stand) -> None:
    units = sql_units_of_work(both.engine)
    async with units() as uow:
        await uow.people.put(PERSON)
        await uow.people.put(replace(PERSON, officer="FR/martin", member="FR"))
        await uow.people.put(changed := replace(PERSON, level=Level.LIMITED, active=False, changed_ms=2))
        await uow.commit()
    async with units(read_only=True) as uow:
        assert await uow.people.get("KE/otieno") == changed
        assert await uow.people.get("KE/nobody") is None
        assert [one.officer for one in await uow.people.of([Role.OFFICER], "", 10)] == ["FR/martin", "KE/otieno"]
        assert [one.officer for one in await uow.people.of([Role.OFFICER], "KE", 10)] == ["KE/otieno"]
        assert await uow.people.of([Role.NCP], "KE", 10) == []
        assert await uow.people.of([], "", 10) == []


async def test_a_person_has_one_invitation_and_what_has_expired_goes(both: Stand) -> None:
    units = sql_units_of_work(both.engine)
    async with units() as uow:
        await uow.people.put(PERSON)
        await uow.people.invite(Invitation("KE/otieno", "a" * 64, 10))
        await uow.people.invite(second := Invitation("KE/otieno", "b" * 64, 20))
        await uow.people.open_session(Session("c" * 64, "KE/otieno", 10))
        await uow.people.open_session(kept := Session("d" * 64, "KE/otieno", 30))
        await uow.commit()
    async with units() as uow:
        assert await uow.people.invitation("a" * 64) is None
        assert await uow.people.invitation("b" * 64) == second
        await uow.people.forget_expired(20)
        assert await uow.people.invitation("b" * 64) is None
        assert await uow.people.session("c" * 64) is None
        assert await uow.people.session("d" * 64) == kept
        await uow.people.end_sessions("KE/otieno")
        assert await uow.people.session("d" * 64) is None
