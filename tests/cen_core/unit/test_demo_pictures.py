"""The drawn pictures: kept to the rules of all pictures, in pairs that differ."""

from __future__ import annotations

import pytest

from cen_core import demo, demo_pictures
from cen_core.imaging.clean import dhash
from tests.cen_core.world import LIMITED, Stand


async def test_they_come_in_pairs_and_one_waits(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_pictures, "SIZE", (144, 90))
    await demo_pictures.fill(stand.core.cpdb, demo.principal)
    found = await stand.core.cpdb.search(LIMITED, {}, facets=("kind",))
    assert {bucket.value: bucket.cases for bucket in found.facets["kind"]} == {"photo": 3, "xray": 3}
    assert all(picture.content.marks for picture in found.pictures)
    for picture in found.pictures:
        assert len(await stand.core.cpdb.beside(LIMITED, picture.picture_id)) == 1
    (album,) = await stand.core.cpdb.albums(LIMITED)
    assert len((await stand.core.cpdb.album(LIMITED, album.album.album_id)).pictures) == 6
    assert len(await stand.core.cpdb.worklist(demo.principal("KE", "analyst"))) == 1


def test_an_x_ray_image_shows_what_a_photograph_does_not() -> None:
    parts = demo_pictures.SCENES[0].parts
    assert dhash(demo_pictures.photograph(parts)) != dhash(demo_pictures.x_ray(parts))
