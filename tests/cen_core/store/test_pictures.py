"""Pictures on both databases: heads, races, and an index that finds what is near without looking at everything."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import insert, text

from cen_core.errors import VersionConflict
from cen_core.model.picture_query import NEAR, bands, distance
from cen_core.store import tables
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import OFFICER, Stand, new_picture, picture_data

MANY = 3_000


async def test_a_head_that_somebody_changed_meanwhile_is_not_overwritten(both: Stand) -> None:
    picture = await both.core.cpdb.add(OFFICER, new_picture())
    async with sql_units_of_work(both.engine)() as uow:
        with pytest.raises(VersionConflict):
            await uow.pictures.update(picture)


async def test_numbers_are_handed_out_once(both: Stand) -> None:
    made = [await both.core.cpdb.add(OFFICER, new_picture()) for _ in range(3)]
    assert len({picture.number for picture in made}) == 3


async def test_every_content_comes_back(both: Stand) -> None:
    given = picture_data(marks=[{"x": 1, "y": 2, "width": 3, "height": 4, "words": "стенка \u202e 壁"}])
    picture = await both.core.cpdb.add(OFFICER, new_picture(given))
    async with sql_units_of_work(both.engine)(read_only=True) as uow:
        version = await uow.pictures.version(picture.number, 1)
        assert version is not None and version.content.marks[0].words == "стенка \u202e 壁"
        assert await uow.pictures.version(picture.number, 2) is None
        assert await uow.pictures.known([picture.picture_id, "f" * 32]) == {picture.picture_id}
        assert await uow.pictures.get(picture.picture_id) == picture


def _row(number: int, dhash: str) -> dict[str, dict[str, Any]]:
    picture_id = f"{number:032x}"
    head = {"number": number, "picture_id": picture_id, "member": "KE", "version": 1, "dhash": dhash}
    return {
        "cen_pictures": head
        | {"author": "", "editor": "", "state": "validated", "revision": 1, "published": 1, "sha256": ""}
        | {"width": 1, "height": 1, "erased": False, "created_ms": 0, "changed_ms": 0},
        "cen_picture_versions": {
            "number": number,
            "version": 1,
            "content": '{"concealment":["hull"],"heading":"drugs","kind":"photo"}',
        }
        | {"case_id": "", "counterpart": "", "editor": "", "at_ms": 0},
        "cen_picture_facts": head
        | {"kind": "photo", "heading": "drugs", "product": "", "conveyance_type": "", "detection_method": ""}
        | {"at_ms": number},
    }


async def filled(stand: Stand, many: int, hashes: dict[int, str]) -> None:
    """Pictures without bytes, of which only the hashes matter."""
    rows = [_row(number, hashes[number]) for number in range(1, many + 1)]
    async with stand.engine.begin() as connection:
        for table in (tables.pictures, tables.picture_versions, tables.picture_facts):
            await connection.execute(insert(table), [row[table.name] for row in rows])
        pieces = [
            {"band": band, "value": value, "number": number}
            for number, dhash in hashes.items()
            for band, value in bands(dhash)
        ]
        await connection.execute(insert(tables.picture_bands), pieces)


async def test_near_pictures_are_exactly_those_that_a_look_at_all_of_them_finds(both: Stand) -> None:
    chance = random.Random(3)
    own = chance.getrandbits(64)
    hashes = {number: f"{chance.getrandbits(64):016x}" for number in range(1, MANY + 1)}
    for number in range(1, 200):
        other = own
        for bit in chance.sample(range(64), chance.randrange(20)):
            other ^= 1 << bit
        hashes[number] = f"{other:016x}"
    await filled(both, MANY, hashes)
    wanted = f"{own:016x}"
    near = sorted(distance(wanted, each) for each in hashes.values() if distance(wanted, each) <= NEAR)
    async with sql_units_of_work(both.engine)(read_only=True) as uow:
        found = await uow.pictures.similar(wanted, 0, NEAR, MANY)
    assert [each.distance for each in found] == near and len(near) > 50


async def test_the_pieces_of_a_hash_are_looked_up_in_an_index(stand: Stand) -> None:
    asked = "EXPLAIN QUERY PLAN SELECT number FROM cen_picture_bands WHERE band = 1 AND value IN (1, 2, 3)"
    async with stand.engine.connect() as connection:
        plan = " ".join(str(row) for row in await connection.execute(text(asked)))
    assert "SEARCH" in plan and "INDEX" in plan
