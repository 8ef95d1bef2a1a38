"""One transaction, or nothing."""

from __future__ import annotations

import pytest

from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import Stand


async def test_leaving_without_commit_undoes(both: Stand) -> None:
    new = sql_units_of_work(both.engine)
    async with new() as uow:
        await uow.keys.add("KE/a", "key", "hash", "c" * 32, 1)
    with pytest.raises(ZeroDivisionError):
        async with new() as uow:
            await uow.keys.add("KE/a", "key", "hash", "c" * 32, 1)
            raise ZeroDivisionError
    assert (await both.counts())["cen_keys"] == 0
    async with new() as uow:
        await uow.keys.add("KE/a", "key", "hash", "c" * 32, 1)
        await uow.commit()
    assert (await both.counts())["cen_keys"] == 1


async def test_reading_sees_one_state_while_others_write(both: Stand) -> None:
    new = sql_units_of_work(both.engine)
    async with new(read_only=True) as reader:
        assert await reader.keys.get("KE/a", "key") is None
        async with new() as writer:
            await writer.keys.add("KE/a", "key", "hash", "c" * 32, 1)
            await writer.commit()
        assert await reader.keys.get("KE/a", "key") is None
    async with new(read_only=True) as reader:
        assert await reader.keys.get("KE/a", "key") == ("hash", "c" * 32)
