"""A form with one file, within bounds."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from cen_core.edge.multipart import SentFile, read_file_form
from cen_core.errors import CenError, RequestMalformed, RequestTooLarge

BOUNDARY = "xyz"


def request(body: bytes, content_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


async def test_fields_and_the_file() -> None:
    body = part("do", b"check") + part("file", b"\x00\r\n--xy", "a.xlsx") + END
    assert await read_file_form(request(body), 1_000) == ({"do": ["check"]}, SentFile("a.xlsx", b"\x00\r\n--xy"))


@pytest.mark.parametrize("name", ["../../etc/a.xlsx", "C:\\\\x\\\\a.xlsx", "a.xlsx"])
async def test_a_name_has_no_folders(name: str) -> None:
    _, file = await read_file_form(request(part("file", b"x", name) + END), 1_000)
    assert file is not None
    assert file.name == "a.xlsx"


async def test_no_file_was_chosen() -> None:
    assert await read_file_form(request(part("file", b"", "") + END), 1_000) == ({}, None)


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"do=check", "application/x-www-form-urlencoded", RequestMalformed),
        (b"x", "multipart/form-data", RequestMalformed),
        (b"no boundary here", f"multipart/form-data; boundary={BOUNDARY}", RequestMalformed),
        (
            part("file", b"a", "a") + part("file", b"b", "b") + END,
            f"multipart/form-data; boundary={BOUNDARY}",
            RequestMalformed,
        ),
        (part("do", b"x" * 9_000) + END, f"multipart/form-data; boundary={BOUNDARY}", RequestMalformed),
        (b"x" * 20_000, f"multipart/form-data; boundary={BOUNDARY}", RequestTooLarge),
    ],
    ids=range(6),
)
async def test_refused(body: bytes, content_type: str, error: type[CenError]) -> None:
    with pytest.raises(error):
        await read_file_form(request(body, content_type), 10_000)
