"""What programs send and get of notices."""

from __future__ import annotations

import pytest

from cen_core.edge.bodies import parse
from cen_core.edge.notice_bodies import ANSWERS, REQUESTS, NewNoticeBody, NoticeAmendment, content_in
from cen_core.edge.routes import ROUTES
from cen_core.errors import RequestMalformed
from cen_core.model.notice_content import content_of


def test_a_notice_is_read() -> None:
    sent = parse(
        NewNoticeBody,
        b'{"kind": "alert", "topic": "general", "original": "en", "texts": {"en": {"title": "t", "body": "b"}}}',
    )
    assert content_in(sent) == content_of("en", {"en": ("t", "b")})
    assert not sent.submit


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"revision": 1, "original": "en", "texts": {"en": "t"}}',
        b'{"revision": 1, "original": "en", "texts": {"en": {"title": 1}}}',
        b'{"revision": 1, "original": "en", "texts": {}, "files": []}',
        b'{"revision": 1, "original": "en", "texts": {"en": {"title": "\\ud800"}}}',
    ],
    ids=["empty", "text", "number", "unknown", "surrogate"],
)
def test_what_is_no_notice_is_refused(body: bytes) -> None:
    with pytest.raises(RequestMalformed):
        parse(NoticeAmendment, body)


def test_every_route_has_its_answer() -> None:
    named = {route.name for route in ROUTES if route.name.startswith("api_") and "notice" in route.name}
    assert set(ANSWERS) == named
    assert set(REQUESTS) <= named
