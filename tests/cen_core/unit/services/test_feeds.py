"""The address of feeds: one for each person, ended at once, and only while he may sign in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cen_core.errors import NotAllowed, NotSignedIn
from cen_core.model.person import Person
from cen_core.model.principal import Level, Principal
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import LIMITED, OFFICER, Stand


async def _known(stand: Stand, who: Principal, *, active: bool = True) -> Person:
    person = Person(who.officer, who.member, who.region, who.role, who.level, "-", active, "", stand.now_ms)
    async with sql_units_of_work(stand.engine)() as uow:
        await uow.people.put(person)
        await uow.commit()
    return person


async def test_a_token_reads_as_its_person_at_every_level(stand: Stand) -> None:
    for who in (OFFICER, LIMITED):
        person = await _known(stand, who)
        assert await stand.core.cws.feed_person(await stand.core.cws.make_feed(who)) == person


async def test_a_new_address_and_the_end_make_the_old_one_nobodys(stand: Stand) -> None:
    await _known(stand, OFFICER)
    first = await stand.core.cws.make_feed(OFFICER)
    second = await stand.core.cws.make_feed(OFFICER)
    with pytest.raises(NotSignedIn):
        await stand.core.cws.feed_person(first)
    assert (await stand.core.cws.feed_person(second)).officer == OFFICER.officer
    assert await stand.core.cws.own_feed(OFFICER) is not None
    await stand.core.cws.end_feed(OFFICER)
    await stand.core.cws.end_feed(OFFICER)
    assert await stand.core.cws.own_feed(OFFICER) is None
    for token in (second, "", "x", "' OR 1=1 --"):
        with pytest.raises(NotSignedIn):
            await stand.core.cws.feed_person(token)


async def test_an_address_follows_its_person(stand: Stand) -> None:
    await _known(stand, OFFICER)
    token = await stand.core.cws.make_feed(OFFICER)
    await _known(stand, replace(OFFICER, level=Level.LIMITED))
    assert (await stand.core.cws.feed_person(token)).level is Level.LIMITED
    await _known(stand, OFFICER, active=False)
    with pytest.raises(NotSignedIn):
        await stand.core.cws.feed_person(token)


async def test_nobody_without_a_name_has_one(stand: Stand) -> None:
    before = await stand.counts()
    with pytest.raises(NotAllowed):
        await stand.core.cws.make_feed(replace(OFFICER, officer=""))
    assert await stand.counts() == before
