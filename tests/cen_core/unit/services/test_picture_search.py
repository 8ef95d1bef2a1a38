"""Search, facets, pages, pictures that look alike, pairs of photograph and X-ray, pictures of a case."""

from __future__ import annotations

import pytest

from cen_core.errors import NotAllowed, PictureUnknown, QueryInvalid
from tests.cen_core.drawn import drawn, written
from tests.cen_core.world import FOREIGNER, LIMITED, OFFICER, RILO, Stand, new_picture, picture_data


async def test_facets_count_without_their_own_condition(stand: Stand) -> None:
    await stand.pictured()
    await stand.pictured(picture_data(kind="xray", concealment=["container_structure", "hull"]))
    await stand.pictured(picture_data(heading="fauna_flora", product="ivory_raw", detection_aids=[]))
    found = await stand.core.cpdb.search(
        LIMITED, {"heading": ["drugs"]}, facets=("heading", "concealment", "kind", "detection_aid")
    )
    assert found.total == 2
    counts = {name: {bucket.value: bucket.cases for bucket in buckets} for name, buckets in found.facets.items()}
    assert counts == {
        "heading": {"drugs": 2, "fauna_flora": 1},
        "concealment": {"container_structure": 2, "hull": 1},
        "kind": {"photo": 1, "xray": 1},
        "detection_aid": {"xray_cargo": 2},
    }
    assert (await stand.core.cpdb.search(RILO, {"detection_aid": ["-"]})).total == 1
    assert (await stand.core.cpdb.search(RILO, {"detection_aid": ["-", "xray_cargo"]})).total == 3
    with pytest.raises(QueryInvalid):
        await stand.core.cpdb.search(RILO, {}, facets=("colour",))


async def test_pages_go_through_everything_once_the_newest_first(stand: Stand) -> None:
    made = []
    for _ in range(5):
        stand.now_ms += 1
        made.append((await stand.pictured()).picture_id)
    seen: list[str] = []
    after = ""
    while True:
        page = await stand.core.cpdb.search(FOREIGNER, {}, limit=2, after=after)
        seen += [found.picture_id for found in page.pictures]
        after = page.next_after
        if not after:
            break
    assert seen == list(reversed(made))


async def test_what_looks_alike_is_found_nearest_first_and_nothing_unpublished(both: Stand) -> None:
    whole = drawn(size=(640, 480))
    own = await both.pictured(sent=written(whole))
    near = await both.pictured(sent=written(whole.resize((320, 240)), quality=15))
    same = await both.pictured(sent=written(whole, "PNG"))
    other = await both.pictured(sent=written(whole.rotate(90, expand=True)))
    await both.core.cpdb.add(OFFICER, new_picture(sent=written(whole), submit=True))
    found = await both.core.cpdb.similar(LIMITED, own.picture_id)
    assert {each.picture_id for each in found} == {near.picture_id, same.picture_id}
    assert [each.distance for each in found] == sorted(each.distance for each in found)
    assert other.picture_id not in {each.picture_id for each in found}


async def test_a_pair_is_known_from_both_sides(stand: Stand) -> None:
    photo = await stand.pictured()
    xray = await stand.pictured(picture_data(kind="xray", counterpart=photo.picture_id))
    await stand.core.cpdb.add(OFFICER, new_picture(picture_data(kind="xray", counterpart=photo.picture_id)))
    for one, other in ((photo, xray), (xray, photo)):
        found = await stand.core.cpdb.beside(FOREIGNER, one.picture_id)
        assert [each.picture_id for each in found] == [other.picture_id]
    assert len(await stand.core.cpdb.beside(OFFICER, photo.picture_id)) == 2


async def test_pictures_of_a_case_are_shown_with_it(stand: Stand) -> None:
    case = await stand.published()
    shown = await stand.pictured(picture_data(case_id=case.case_id))
    await stand.core.cpdb.add(OFFICER, new_picture(picture_data(case_id=case.case_id)))
    assert [each.picture_id for each in await stand.core.cpdb.of_case(FOREIGNER, case.case_id)] == [shown.picture_id]
    assert len(await stand.core.cpdb.of_case(OFFICER, case.case_id)) == 2
    with pytest.raises(NotAllowed):
        await stand.core.cpdb.of_case(LIMITED, case.case_id)


async def test_a_case_that_one_may_not_see_shows_no_picture_as_its_own(stand: Stand) -> None:
    case = await stand.submitted()
    await stand.pictured(picture_data(case_id=case.case_id))
    assert await stand.core.cpdb.of_case(FOREIGNER, case.case_id) == []


async def test_nothing_looks_like_what_is_not_there(stand: Stand) -> None:
    for picture_id in ("0" * 32, "x", ""):
        with pytest.raises(PictureUnknown):
            await stand.core.cpdb.similar(OFFICER, picture_id)
