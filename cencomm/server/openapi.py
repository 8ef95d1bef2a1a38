"""The OpenAPI 3.1 page, made from the routes and models that the server itself uses (`wire.http`)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cencomm.wire.http import (
    BY_COOKIE,
    ROUTES,
    SESSION_COOKIE,
    SESSION_HEADER,
    Auth,
    Body,
    ErrorOut,
    HttpRoute,
    Query,
    SessionOut,
)

OPENAPI: Final = "3.1.0"
API_VERSION: Final = "1"
_REFERENCE: Final = "#/components/schemas/{model}"
_PATH_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_SAYS: Final = {
    Auth.NONE: "Open to everybody.",
    Auth.ACCOUNT: "Needs a session.",
    Auth.DEVICE: "Needs a session that is bound to a device.",
}
_SCHEMES: Final = {
    "session": {"type": "http", "scheme": "bearer", "description": "For programs."},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": "For the deployment's own page, with its Origin. Never beside a bearer token.",
    },
    "own_page": {"type": "apiKey", "in": "header", "name": SESSION_HEADER, "description": f"`{BY_COOKIE}`."},
}
_IN_PATH: Final = {
    "cug_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "file_hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "chunk_index": {"type": "integer", "minimum": 0, "maximum": 99_999},
}
_IN_QUERY: Final[dict[str, dict[str, Any]]] = {
    "string": {"type": "string", "maxLength": 400},
    "integer": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
}
_BYTES: Final[dict[str, Any]] = {"application/octet-stream": {}}
_BYTES_ANSWER: Final = {"description": "A sealed chunk.", "content": _BYTES}
_AS_COOKIE: Final = {
    "name": SESSION_HEADER,
    "in": "header",
    "required": False,
    "description": "With it the session comes as a cookie, and no token in the answer.",
    "schema": {"type": "string", "const": BY_COOKIE},
}


async def page(_request: Request) -> Response:
    return JSONResponse(document())


@cache
def document() -> dict[str, Any]:
    """The whole page. Do not change what it gives."""
    models: set[type[Body]] = {ErrorOut}
    for route in ROUTES:
        models.update(model for model in (route.request, route.answer) if model is not None)
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in ordered], ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "CENcomm",
            "version": API_VERSION,
            "description": "Bytes are base64url with padding. Messages travel on the websocket.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": _SCHEMES,
        },
    }


def _operation(route: HttpRoute) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "description": _SAYS[route.auth],
        "responses": {
            str(route.status): _BYTES_ANSWER if route.gives_bytes else _answer(route.answer, "Done."),
            **{str(status): _answer(ErrorOut, says) for status, says in _refusals(route).items()},
            "default": _answer(ErrorOut, "Refused by a rule of this operation; nothing was changed."),
        },
        "security": [] if route.auth is Auth.NONE else [{"session": []}, {"cookie": [], "own_page": []}],
    }
    parameters = [_in_path(name) for name in _PATH_PARAMETER.findall(route.path)] + [_in_query(q) for q in route.query]
    parameters += [_AS_COOKIE] if route.answer is SessionOut else []
    if parameters:
        operation["parameters"] = parameters
    if route.request is not None:
        operation["requestBody"] = {"required": True, "content": _json(route.request)}
    if route.takes_bytes:
        operation["requestBody"] = {"required": True, "content": _BYTES}
    return operation


def _refusals(route: HttpRoute) -> dict[int, str]:
    """What is refused before the operation's own rules are asked."""
    refusals = {
        400: "The request does not have the shape that is said here.",
        429: "Too many requests; `Retry-After` says when to come again.",
    }
    if route.auth is not Auth.NONE:
        refusals |= {401: "Nobody is signed in with this token.", 403: "This account or session may not."}
    if route.request is not None or route.takes_bytes:
        refusals |= {408: "The body came too slowly.", 413: "The body is too large."}
    return dict(sorted(refusals.items()))


def _answer(model: type[Body] | None, says: str) -> dict[str, Any]:
    return {"description": says} if model is None else {"description": says, "content": _json(model)}


def _json(model: type[Body]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _IN_PATH[name]}


def _in_query(query: Query) -> dict[str, Any]:
    return {"name": query.name, "in": "query", "required": query.required, "schema": _IN_QUERY[query.kind]}
