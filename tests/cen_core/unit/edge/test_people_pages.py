"""The contact point's people: the link is shown once, and refusals change nothing."""

from __future__ import annotations

import pytest

from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import NCP, SECRETARY

PAGE = "/cen/people"
NEW = {"name": "njeri", "role": "officer", "level": "read_only"}


async def test_the_link_is_shown_once(web: Web) -> None:
    browser = await web.browser(NCP)
    answer = await browser.send(f"{PAGE}/invite", NEW, page=PAGE)
    assert answer.text.count("https://cen.example/cen/invitation/") == 1
    again = await browser.get(PAGE)
    assert "/cen/invitation/" not in again.text
    assert "KE/njeri" in text_of(again) and "has not used the link yet" in text_of(again)


async def test_the_secretariat_invites_a_contact_point(web: Web) -> None:
    browser = await web.browser(SECRETARY)
    fields = {"name": "desk", "role": "ncp", "level": "unlimited", "member": "EG", "region": "mena"}
    assert "EG/desk" in text_of(await browser.send(f"{PAGE}/invite", fields, page=PAGE))
    rilo = {"name": "samir", "role": "rilo", "level": "read_only", "member": "EG", "region": "mena"}
    assert "rilo-mena/samir" in text_of(await browser.send(f"{PAGE}/invite", rilo, page=PAGE))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "a b"}, 422),
        ({"role": "ncp"}, 403),
        ({"role": "king"}, 422),
        ({"level": "all"}, 422),
    ],
)
async def test_who_cannot_be_invited_is_not(web: Web, changes: dict[str, str], status: int) -> None:
    browser = await web.browser(NCP)
    before = await web.stand.counts()
    assert (await browser.send(f"{PAGE}/invite", NEW | changes, page=PAGE)).status_code == status
    assert await web.stand.counts() == before


async def test_access_is_changed_and_ended(web: Web) -> None:
    browser = await web.browser(NCP)
    await browser.send(f"{PAGE}/invite", NEW, page=PAGE)
    fields = {"officer": "KE/njeri", "level": "unlimited", "active": "no"}
    assert (await browser.send(f"{PAGE}/change", fields, page=PAGE)).status_code == 303
    assert "access ended" in text_of(await browser.get(PAGE))
    refused = [
        (fields | {"officer": "KE/nobody"}, 404),
        (fields | {"active": "x"}, 400),
        (fields | {"level": "x"}, 400),
    ]
    for changed, status in refused:
        assert (await browser.send(f"{PAGE}/change", changed, page=PAGE)).status_code == status
