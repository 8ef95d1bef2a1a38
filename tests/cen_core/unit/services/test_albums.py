"""Albums: seen by all, changed by their keeper, holding what is published and nothing else."""

from __future__ import annotations

import pytest

from cen_core.errors import AlbumUnknown, CaseMalformed, CenError, NotAllowed, PictureUnknown, VersionConflict
from cen_core.model.case import Move
from cen_core.services import albums
from tests.cen_core.world import (
    FOREIGN_NCP,
    LIMITED,
    NCP,
    OFFICER,
    SECRETARY,
    Stand,
    change,
    data,
    entry,
    line,
    new_picture,
    picture_change,
    picture_data,
)


async def test_an_album_is_seen_by_everybody_in_its_order(both: Stand) -> None:
    first, second = await both.pictured(), await both.pictured(picture_data(kind="xray"))
    made = await both.core.cpdb.keep_album(NCP, "Containers")
    wanted = [second.picture_id, first.picture_id]
    await both.core.cpdb.change_album(NCP, made.album_id, 1, "Containers, 2025", wanted)
    found = await both.core.cpdb.album(LIMITED, made.album_id)
    assert [each.picture_id for each in found.pictures] == wanted and found.album.title == "Containers, 2025"
    (listed,) = await both.core.cpdb.albums(LIMITED)
    assert [each.picture_id for each in listed.pictures] == wanted[:1]
    await both.core.cpdb.remove_album(NCP, made.album_id)
    assert await both.core.cpdb.albums(LIMITED) == []
    assert (await both.core.cpdb.search(LIMITED, {})).total == 2


async def test_what_is_withdrawn_or_banned_leaves_every_album(stand: Stand) -> None:
    case = await stand.core.create(OFFICER, entry(submit=True))
    linked, other = await stand.pictured(picture_data(case_id=case.case_id)), await stand.pictured()
    made = await stand.core.cpdb.keep_album(SECRETARY, "All")
    await stand.core.cpdb.change_album(SECRETARY, made.album_id, 1, "All", [linked.picture_id, other.picture_id])
    await stand.core.cpdb.move(NCP, Move.WITHDRAW, picture_change(other))
    goods = [line(heading="abuse_material", product="device", unit="H87", quantity="1")]
    await stand.core.amend(OFFICER, change(case), data(goods=goods))
    assert (await stand.core.cpdb.album(LIMITED, made.album_id)).pictures == ()


async def test_nobody_else_changes_it_and_refusals_change_nothing(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, draft = await stand.pictured(), await stand.core.cpdb.add(OFFICER, new_picture())
    made = await stand.core.cpdb.keep_album(NCP, "Ours")
    before = await stand.counts()
    one = [picture.picture_id]
    refusals: list[tuple[type[CenError], object, str, int, str, list[str]]] = [
        (NotAllowed, FOREIGN_NCP, made.album_id, 1, "x", []),
        (NotAllowed, OFFICER, made.album_id, 1, "x", []),
        (NotAllowed, SECRETARY, made.album_id, 1, "x", []),
        (AlbumUnknown, NCP, "f" * 32, 1, "x", []),
        (AlbumUnknown, NCP, "x", 1, "x", []),
        (VersionConflict, NCP, made.album_id, 2, "x", []),
        (CaseMalformed, NCP, made.album_id, 1, "", []),
        (CaseMalformed, NCP, made.album_id, 1, "x", one * 2),
        (PictureUnknown, NCP, made.album_id, 1, "x", [draft.picture_id]),
        (PictureUnknown, NCP, made.album_id, 1, "x", ["f" * 32]),
    ]
    for refusal, who, album_id, revision, title, ids in refusals:
        with pytest.raises(refusal):
            await stand.core.cpdb.change_album(who, album_id, revision, title, ids)  # type: ignore[arg-type]
    for who in (FOREIGN_NCP, OFFICER, LIMITED):
        with pytest.raises(NotAllowed):
            await stand.core.cpdb.remove_album(who, made.album_id)
    for who in (OFFICER, LIMITED):
        with pytest.raises(NotAllowed):
            await stand.core.cpdb.keep_album(who, "x")
    monkeypatch.setattr(albums, "MAX_ALBUMS", 1)
    with pytest.raises(CaseMalformed):
        await stand.core.cpdb.keep_album(NCP, "one too many")
    assert await stand.counts() == before
    assert (await stand.core.cpdb.album(NCP, made.album_id)).album.title == "Ours"
