"""A form with one file, read with bounds: the only place that takes `multipart/form-data`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from cen_core.edge.requests import Fields, read_body
from cen_core.errors import RequestMalformed

MAX_FILES: Final = 1
MAX_FIELDS: Final = 50
MAX_FIELD: Final = 8 * 1024
_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class SentFile:
    """`name` is the sender's word, without folders; shown, never used as a path."""

    name: str
    content: bytes


async def read_file_form(request: Request, limit: int) -> tuple[Fields, SentFile | None]:
    """The fields, and the file if one was chosen. Raises RequestTooLarge, RequestMalformed."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "multipart/form-data":
        raise RequestMalformed(what="content-type")
    body = await read_body(request, limit)
    parser = MultiPartParser(
        request.headers, _once(body), max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise RequestMalformed(what="form") from None
    fields: dict[str, list[str]] = {}
    file: SentFile | None = None
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read()
                if content:
                    file = SentFile(_plain_name(value.filename or ""), content)
            else:
                fields.setdefault(name, []).append(value)
    finally:
        await form.close()
    return fields, file


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _plain_name(given: str) -> str:
    name = Path(given.replace("\\", "/")).name
    return "".join(sign for sign in name if sign.isprintable())[:_NAME]
