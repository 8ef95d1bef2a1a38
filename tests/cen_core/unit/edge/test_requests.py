"""What a request brings is bounded, and a form counts only from our own page."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from cen_core.edge import requests
from cen_core.edge.requests import form_token, one, query_of, read_body, read_form, require_own_page
from cen_core.errors import CenError, ForeignPage, RequestMalformed, RequestTooLarge

ORIGIN = "https://cen.example"
FORM = ("content-type", "application/x-www-form-urlencoded")


def request(body: bytes = b"", *headers: tuple[str, str], query: bytes = b"") -> Request:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/cen/",
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(scope, receive)


async def test_a_form_is_read_by_its_fields() -> None:
    fields = await read_form(request(b"a=1&b=%D1%84&b=&c=+x+", FORM))
    assert fields == {"a": ["1"], "b": ["ф", ""], "c": [" x "]}
    assert (one(fields, "c"), one(fields, "d")) == ("x", "")
    with pytest.raises(RequestMalformed):
        one(fields, "b")


@pytest.mark.parametrize(
    ("body", "headers", "error"),
    [
        (b"a=1", (("content-type", "text/plain"),), RequestMalformed),
        (b"a=%FF", (FORM,), RequestMalformed),
        ("a=ф".encode(), (FORM,), RequestMalformed),
        (b"a=1&" * 2_001, (FORM,), RequestTooLarge),
        (b"a" * (requests.MAX_BODY + 1), (FORM,), RequestTooLarge),
        (b"a=1", (FORM, ("content-length", str(requests.MAX_BODY + 1))), RequestTooLarge),
        (b"a=1", (FORM, ("content-length", "many")), RequestMalformed),
    ],
)
async def test_what_is_no_form_or_too_large_is_refused(
    body: bytes, headers: tuple[tuple[str, str], ...], error: type[CenError]
) -> None:
    with pytest.raises(error):
        await read_form(request(body, *headers))


def test_a_query_is_bounded() -> None:
    assert query_of(request(query=b"text=a&text=b")) == {"text": ["a", "b"]}
    with pytest.raises(RequestTooLarge):
        query_of(request(query=b"text=" + b"a" * requests.MAX_QUERY))


async def test_a_body_is_read_up_to_its_limit() -> None:
    assert await read_body(request(b"abc"), 3) == b"abc"
    with pytest.raises(RequestTooLarge):
        await read_body(request(b"abcd"), 3)


@pytest.mark.parametrize("marks", [(("origin", ORIGIN),), (("sec-fetch-site", "same-origin"),)])
def test_our_own_page_passes(marks: tuple[tuple[str, str], ...]) -> None:
    token = form_token("session")
    assert token != form_token("session")  # masked anew each time
    require_own_page(request(b"", *marks), {"form_token": [token]}, "session", ORIGIN)


@pytest.mark.parametrize(
    ("token", "marks"),
    [
        (form_token("session"), (("origin", "https://evil.example"),)),
        (form_token("session"), (("origin", "null"),)),
        (form_token("session"), (("sec-fetch-site", "cross-site"),)),
        (form_token("session"), ()),
        (form_token("another"), (("origin", ORIGIN),)),
        (form_token("session")[2:], (("origin", ORIGIN),)),
        ("", (("origin", ORIGIN),)),
        ("zz", (("origin", ORIGIN),)),
    ],
)
def test_every_other_page_is_refused(token: str, marks: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ForeignPage):
        require_own_page(request(b"", *marks), {"form_token": [token]}, "session", ORIGIN)
