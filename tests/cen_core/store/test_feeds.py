"""Addresses of feeds on both databases."""

from __future__ import annotations

from dataclasses import replace

from cen_core.model.feed import Feed
from cen_core.model.person import Person
from cen_core.model.principal import Level, Role
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import Stand


async def test_one_address_for_each_person(both: Stand) -> None:
    units = sql_units_of_work(both.engine)
    feed = Feed("KE/otieno", "a" * 64, 5)
    async with units() as uow:
        await uow.people.put(Person("KE/otieno", "KE", "esa", Role.OFFICER, Level.LIMITED, "-", True, "", 1))
        await uow.feeds.put(feed)
        await uow.feeds.put(second := replace(feed, token_hash="b" * 64, created_ms=6))
        await uow.commit()
    async with units() as uow:
        assert await uow.feeds.of("KE/otieno") == second
        assert await uow.feeds.by_token("b" * 64) == second
        assert await uow.feeds.by_token("a" * 64) is None
        await uow.feeds.forget("KE/otieno")
        assert await uow.feeds.of("KE/otieno") is None
