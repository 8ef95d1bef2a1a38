"""What a request brings, read with bounds: body, form, query, session, and the marks that a form is from our page."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from cen_core.errors import ForeignPage, QueryInvalid, RequestMalformed, RequestTooLarge
from cen_core.model.query import DEFAULT_PAGE, MAX_PAGE

SESSION_COOKIE: Final = "__Host-cen-session"
VIEW_COOKIE: Final = "__Host-cen-view"
VIEW_SECONDS: Final = 365 * 24 * 3600
FORM_TOKEN: Final = "form_token"  # noqa: S105  a field's name
MAX_BODY: Final = 256 * 1024
MAX_FIELDS: Final = 2_000
MAX_QUERY: Final = 8_000
_DIGITS: Final = 6

Fields = Mapping[str, list[str]]


async def read_body(request: Request, limit: int = MAX_BODY) -> bytes:
    """The whole body. Raises RequestTooLarge before more than `limit` bytes are held, RequestMalformed."""
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise RequestMalformed(what="content-length")
    if int(declared) > limit:
        raise RequestTooLarge(limit=limit)
    held = bytearray()
    try:
        async for chunk in request.stream():
            held += chunk
            if len(held) > limit:
                raise RequestTooLarge(limit=limit)
    except ClientDisconnect:
        raise RequestMalformed(what="body") from None
    return bytes(held)


async def read_form(request: Request, limit: int = MAX_BODY) -> Fields:
    """The fields of a page's form. Raises RequestTooLarge, RequestMalformed."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise RequestMalformed(what="content-type")
    return _fields(await read_body(request, limit))


def query_of(request: Request) -> Fields:
    """Raises RequestTooLarge, RequestMalformed."""
    query = request.scope["query_string"]
    if len(query) > MAX_QUERY:
        raise RequestTooLarge(limit=MAX_QUERY)
    return _fields(query)


def _fields(encoded: bytes) -> Fields:
    try:
        pairs = parse_qsl(encoded.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise RequestMalformed(what="encoding") from None
    except ValueError:
        raise RequestTooLarge(limit=MAX_FIELDS) from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def one(fields: Fields, name: str) -> str:
    """The field's value without spaces around it; empty where it is not there. Raises RequestMalformed: it is twice."""
    found = fields.get(name, [""])
    if len(found) != 1:
        raise RequestMalformed(what=name[:64])
    return found[0].strip()


def limit_of(query: Fields, known: set[str] | None = None) -> tuple[int, Fields]:
    """The limit, and the other fields. Raises QueryInvalid, RequestMalformed."""
    if known is not None and (unknown := set(query) - known):
        raise QueryInvalid(field=min(unknown)[:64], reason="unknown_field")
    text = one(query, "limit") or str(DEFAULT_PAGE)
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS or not 1 <= int(text) <= MAX_PAGE:
        raise QueryInvalid(field="limit", reason="out_of_range")
    return int(text), {name: values for name, values in query.items() if name != "limit"}


def bearer_of(request: Request) -> str:
    """The token that a program sends; empty without."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def cookie_of(request: Request) -> str:
    return request.cookies.get(SESSION_COOKIE, "")


def keep_session(response: Response, token: str) -> None:
    """`__Host-`: only for this host, over TLS or the loopback; no script ever reads it, no other site sends it."""
    response.set_cookie(SESSION_COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")


def forget_session(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="strict")


def keep_view(response: Response, view: str) -> None:
    response.set_cookie(
        VIEW_COOKIE, view, max_age=VIEW_SECONDS, path="/", secure=True, httponly=True, samesite="strict"
    )


def form_token(session_token: str) -> str:
    """What a form of this session carries. Masked anew each time: compression of the page tells nothing about it."""
    mask = secrets.token_bytes(32)
    return (mask + _xor(mask, _expected(session_token))).hex()


def require_own_page(request: Request, fields: Fields, session_token: str, own_origin: str) -> None:
    """Two independent marks: the browser's word where the form is from, and the page's token.

    Raises:
        ForeignPage: one of them is missing or says something else.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin != "null":
        known = origin.lower() == own_origin
    else:
        known = request.headers.get("sec-fetch-site") == "same-origin"
    if not known or not _is_token_of(one(fields, FORM_TOKEN), session_token):
        raise ForeignPage


def _is_token_of(given: str, session_token: str) -> bool:
    try:
        raw = bytes.fromhex(given)
    except ValueError:
        return False
    return len(raw) == 64 and hmac.compare_digest(_xor(raw[:32], raw[32:]), _expected(session_token))


def _expected(session_token: str) -> bytes:
    return hmac.new(session_token.encode(), b"cen form", hashlib.sha256).digest()


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def address_of(request: Request) -> str:
    return request.client.host if request.client is not None else "unknown"
