"""Albums on pages: made, filled from a picture's page, changed and deleted without a script."""

from __future__ import annotations

import pytest

from cencomm.i18n import LANGUAGES
from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import FOREIGN_NCP, LIMITED, NCP

SCRIPT = "<script>alert(1)</script>"
ALBUMS = "/cen/pictures/albums"


async def test_an_album_is_made_filled_and_seen(web: Web) -> None:
    picture = await web.stand.pictured()
    ncp, limited = await web.browser(NCP), await web.browser(LIMITED)
    made = await ncp.send(ALBUMS, {"title": SCRIPT})
    assert made.status_code == 303
    album, page = made.headers["location"], f"/cen/pictures/{picture.picture_id}"
    assert album in (await ncp.get(page)).text and album not in (await limited.get(page)).text
    assert (await ncp.send(album, {"add": picture.picture_id, "revision": "1"}, page=page)).status_code == 303
    seen = await limited.get(album)
    assert f"{page}/thumb.jpg" in seen.text and "alert(1)" in text_of(seen) and "<script" not in seen.text
    assert f"{page}/thumb.jpg" in (await limited.get(ALBUMS)).text
    assert (await ncp.send(album, {"drop": picture.picture_id, "title": "Now", "revision": "2"})).status_code == 303
    assert f"{page}/thumb.jpg" not in (await limited.get(album)).text
    assert (await ncp.send(album, {"do": "remove", "revision": "3"})).headers["location"] == ALBUMS
    assert (await limited.get(album)).status_code == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"revision": "9", "title": "x"}, 409),
        ({"revision": "x"}, 400),
        ({"revision": "1", "title": "x" * 121}, 422),
        ({"revision": "1", "add": "f" * 32}, 404),
    ],
)
async def test_a_refusal_changes_nothing(web: Web, sent: dict[str, str], status: int) -> None:
    album = await web.stand.core.cpdb.keep_album(NCP, "Ours")
    ncp = await web.browser(NCP)
    before = await web.counts()
    assert (await ncp.send(f"{ALBUMS}/{album.album_id}", sent)).status_code == status
    assert (await ncp.send(ALBUMS, {"title": " "})).status_code == 422
    assert await web.counts() == before
    assert (await web.stand.core.cpdb.album(NCP, album.album_id)).album == album


async def test_another_contact_point_has_no_form_and_is_refused(web: Web) -> None:
    album = await web.stand.core.cpdb.keep_album(NCP, "Ours")
    other = await web.browser(FOREIGN_NCP)
    address = f"{ALBUMS}/{album.album_id}"
    assert "<select" not in (await other.get(address)).text
    assert (await other.send(address, {"do": "remove", "revision": "1"}, page=ALBUMS)).status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_speaks_the_readers_language(web: Web, language: str) -> None:
    album = await web.stand.core.cpdb.keep_album(NCP, "x")
    ncp = await web.browser(NCP)
    for path in (ALBUMS, f"{ALBUMS}/{album.album_id}"):
        page = await ncp.get(path, **{"Accept-Language": language})
        assert page.status_code == 200 and f'lang="{language}"' in page.text and "cen." not in text_of(page)
