"""Never a picture under the pornography/paedophilia heading, at any door.

PB-01 a linked case that gets the heading takes its pictures out, in whatever way it gets it
PB-02 also pictures that only an earlier version linked, and drafts
PB-03 their bytes are erased, and nobody can link to the case again
PB-04 every new content of a case goes through the one place that does this
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cen_core import store
from cen_core.errors import PictureForbidden, PictureUnknown
from cen_core.model.case import Case, State
from cen_core.model.picture import Picture
from cen_core.store import cases, tables
from tests.cen_core.world import (
    FOREIGNER,
    NCP,
    OFFICER,
    Stand,
    change,
    data,
    entry,
    line,
    new_picture,
    picture_change,
    picture_data,
)

GOODS = [line(), line(heading="abuse_material", product="device", unit="H87", quantity="1")]


async def linked(stand: Stand, **options: Any) -> tuple[Case, Picture]:
    case = await stand.core.create(OFFICER, entry(submit=True, **options))
    return case, await stand.pictured(picture_data(case_id=case.case_id))


async def is_gone(stand: Stand, picture: Picture) -> None:
    assert (await stand.core.cpdb.search(FOREIGNER, {})).total == 0
    for who in (FOREIGNER, OFFICER, NCP):
        for size in ("full", "screen", "thumb"):
            with pytest.raises(PictureUnknown):
                await stand.core.cpdb.image(who, picture.picture_id, size)
    for who in (FOREIGNER, OFFICER):
        with pytest.raises(PictureUnknown):
            await stand.core.cpdb.read(who, picture.picture_id)
    entries = await stand.core.cpdb.log(NCP, picture.picture_id)
    assert [each.action for each in entries].count("ban") == 1
    await stand.core.cpdb.sweep()
    assert stand.stored() == []


async def test_pb_01_by_an_amendment(both: Stand) -> None:
    case, picture = await linked(both)
    await both.core.amend(OFFICER, change(case), data(goods=GOODS))
    await is_gone(both, picture)


async def test_pb_01_by_a_release(stand: Stand) -> None:
    key = "a" * 64
    case = await stand.core.release(OFFICER, entry(source_key=key))
    picture = await stand.pictured(picture_data(case_id=case.case_id))
    await stand.core.release(OFFICER, entry(data(goods=GOODS), source_key=key))
    await is_gone(stand, picture)


async def test_pb_02_of_which_an_earlier_version_was_linked(stand: Stand) -> None:
    case, picture = await linked(stand)
    await stand.core.cpdb.amend(OFFICER, picture_change(picture), picture_data())
    await stand.core.amend(OFFICER, change(case), data(goods=GOODS))
    await is_gone(stand, picture)


async def test_pb_02_drafts_too_and_others_stay(stand: Stand) -> None:
    case = await stand.submitted()
    draft = await stand.core.cpdb.add(OFFICER, new_picture(picture_data(case_id=case.case_id)))
    other = await stand.pictured()
    await stand.core.amend(OFFICER, change(case), data(goods=GOODS))
    assert [view.picture_id for view in await stand.core.cpdb.worklist(OFFICER, list(State)) if view.revision > 1] != []
    with pytest.raises(PictureUnknown):
        await stand.core.cpdb.read(OFFICER, draft.picture_id)
    assert (await stand.core.cpdb.read(FOREIGNER, other.picture_id)).is_published


async def test_pb_03_nobody_links_or_validates_afterwards(stand: Stand) -> None:
    case, _ = await linked(stand)
    banned = await stand.core.amend(OFFICER, change(case), data(goods=GOODS))
    before = await stand.counts()
    with pytest.raises(PictureForbidden):
        await stand.core.cpdb.add(OFFICER, new_picture(picture_data(case_id=case.case_id)))
    free = await stand.core.cpdb.add(OFFICER, new_picture())
    with pytest.raises(PictureForbidden):
        await stand.core.cpdb.amend(OFFICER, picture_change(free), picture_data(case_id=banned.case_id))
    assert (await stand.counts())["cen_picture_versions"] == before["cen_picture_versions"] + 1


async def test_pb_03_as_long_as_the_published_version_has_the_heading_neither(stand: Stand) -> None:
    case = await stand.published(data(goods=GOODS))
    amended = await stand.core.amend(OFFICER, change(case), data())
    with pytest.raises(PictureForbidden):
        await stand.core.cpdb.add(OFFICER, new_picture(picture_data(case_id=amended.case_id)))


def test_pb_04_contents_of_cases_are_stored_in_one_place_only() -> None:
    folder = Path(store.__file__).parent
    modules = [import_module(f"{store.__name__}.{path.stem}") for path in folder.glob("[a-z]*.py")]
    writing = {
        module.__name__
        for module in modules
        if re.search(r"insert\((tables\.)?versions\)", Path(str(module.__file__)).read_text(encoding="utf-8"))
        and getattr(module, "versions", tables.versions) is tables.versions  # notices have versions of their own
    }
    assert writing == {cases.__name__}
    assert not [
        path for path in folder.parent.rglob("*.py") if path.parent != folder and "insert(" in path.read_text("utf-8")
    ]
