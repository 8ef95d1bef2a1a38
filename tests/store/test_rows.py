"""Insert-or-not and insert-or-overwrite."""

from __future__ import annotations

from sqlalchemy import select

from cencomm.store import tables
from cencomm.store.rows import insert_new, put
from tests.accounts_world import World

TABLE = tables.sign_in_failures


def row(subject: str, count: int) -> dict[str, object]:
    return {"subject": subject, "count": count, "locked_until_ms": 0, "last_ms": 0}


async def test_insert_new_leaves_a_row_that_is_there(world: World) -> None:
    async with world.database.engine.begin() as connection:
        assert await insert_new(connection, TABLE, row("a", 1))
        assert not await insert_new(connection, TABLE, row("a", 2))
        assert (await connection.execute(select(TABLE.c.count))).scalars().all() == [1]


async def test_put_overwrites_the_row_of_the_same_key_and_no_other(world: World) -> None:
    async with world.database.engine.begin() as connection:
        for subject, count in (("a", 1), ("b", 2), ("a", 3)):
            await put(connection, TABLE, row(subject, count), ["subject"])
        found = await connection.execute(select(TABLE.c.subject, TABLE.c.count).order_by(TABLE.c.subject))
        assert [tuple(one) for one in found] == [("a", 3), ("b", 2)]
