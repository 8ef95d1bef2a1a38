"""The OpenAPI 3.1 page, made from the routes, the models and the case's own schema that the edge itself uses."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import msgspec
from pydantic.json_schema import models_json_schema

from cen_core.edge import bodies, notice_bodies, picture_bodies
from cen_core.edge.routes import ROUTES, Kind, Route, is_open
from cen_core.model.content import Content
from cen_core.model.dimensions import DIMENSIONS
from cen_core.model.picture import PictureContent
from cen_core.model.query import FIELDS, MAX_PAGE

_REFERENCE: Final = "#/components/schemas/{model}"
_REQUESTS: Final[dict[str, type[bodies.Body]]] = {
    "api_sign_in": bodies.SignInBody,
    "api_create": bodies.NewCase,
    "api_release": bodies.ReleaseBody,
    "api_withdraw_release": bodies.WithdrawReleaseBody,
    "api_save_search": bodies.SavedBody,
    "api_share_search": bodies.ShareBody,
    "api_upload": bodies.UploadBody,
    "api_check_upload": bodies.RowsBody,
    "api_amend": bodies.Amendment,
    "api_add_words": bodies.WordsBody,
    "api_submit": bodies.MoveBody,
    "api_discard": bodies.MoveBody,
    "api_validate": bodies.MoveBody,
    "api_return": bodies.JudgeBody,
    "api_withdraw": bodies.JudgeBody,
    **notice_bodies.REQUESTS,
    **picture_bodies.REQUESTS,
}
_ANSWERS: Final[dict[str, tuple[int, type[bodies.Body] | None]]] = {
    "api_sign_in": (201, bodies.SessionOut),
    "api_sign_out": (204, None),
    "api_search": (200, bodies.ResultsOut),
    "api_statistics": (200, bodies.StatisticsOut),
    "api_worklist": (200, bodies.CasesOut),
    "api_create": (201, bodies.CaseOut),
    "api_searches": (200, bodies.SearchesOut),
    "api_save_search": (201, bodies.SavedOut),
    "api_measure": (200, bodies.MeasuredOut),
    "api_search_seen": (200, bodies.SavedOut),
    "api_share_search": (200, bodies.SavedOut),
    "api_forget_search": (204, None),
    "api_uploads": (200, bodies.UploadsOut),
    "api_upload": (201, bodies.UploadedOut),
    "api_check_upload": (200, bodies.ReportOut),
    "api_validate_upload": (200, bodies.UploadOut),
    "api_undo_upload": (200, bodies.UploadOut),
    "api_read": (200, bodies.CaseViewOut),
    "api_versions": (200, bodies.VersionsOut),
    "api_log": (200, bodies.LogOut),
    **dict.fromkeys(
        (
            "api_release",
            "api_withdraw_release",
            "api_amend",
            "api_add_words",
            "api_submit",
            "api_discard",
            "api_validate",
            "api_return",
            "api_withdraw",
        ),
        (200, bodies.CaseOut),
    ),
    **notice_bodies.ANSWERS,
    **picture_bodies.ANSWERS,
}
KEYED: Final = frozenset({"api_create", "api_release", "api_upload", "api_draft_notice", "api_add_picture"})
"""Routes that ask for an idempotency key."""
_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
_LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}
_FILTERS: Final = {name: {"type": "array", "items": {"type": "string"}} for name in DIMENSIONS} | {
    name: {"type": "string"} for name in sorted(FIELDS - {"route"})
}
_QUERIES: Final[dict[str, dict[str, Any]]] = {
    "api_search": {**_FILTERS, "route": _TEXTS, "facet": _TEXTS, "limit": _LIMIT, "after": {"type": "string"}},
    "api_statistics": {**_FILTERS, "route": _TEXTS, "by": _TEXTS},
    "api_export": {**_FILTERS, "route": _TEXTS},
    "api_worklist": {"state": _TEXTS, "limit": _LIMIT},
    "api_log": {"limit": _LIMIT},
    "api_uploads": {"limit": _LIMIT},
    **notice_bodies.QUERIES,
    **picture_bodies.QUERIES,
}
_IN_PATH: Final[dict[str, dict[str, Any]]] = {
    "case_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "saved_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "upload_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "format": {"type": "string", "enum": ["csv", "geojson", "sqlite", "xlsx", "zip"]},
    **notice_bodies.IN_PATH,
    **picture_bodies.IN_PATH,
}


@cache
def document() -> dict[str, Any]:
    """The whole page. Do not change what it gives."""
    models: set[type[bodies.Body]] = {
        bodies.ErrorOut,
        *_REQUESTS.values(),
        *(model for _, model in _ANSWERS.values() if model is not None),
    }
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in ordered], ref_template=_REFERENCE)
    _, case = msgspec.json.schema_components((Content, PictureContent), ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        if route.kind is Kind.API:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CEN core",
            "version": "1",
            "description": "Non-nominal cases, notices and pictures. An independent work, not the WCO's.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _with_content(schemas["$defs"]) | case,
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


def _with_content(schemas: dict[str, Any]) -> dict[str, Any]:
    """Each model's `content` is a case's or a picture's content; pydantic only knows that it is an object."""
    for name, schema in schemas.items():
        properties = schema.get("properties", {})
        if "content" in properties:
            model = "PictureContent" if "Picture" in name else "Content"
            properties["content"] = {"$ref": _REFERENCE.format(model=model)}
    return schemas


def _operation(route: Route) -> dict[str, Any]:
    status, answer = _ANSWERS.get(route.name, (200, None))
    operation: dict[str, Any] = {
        "operationId": route.name.removeprefix("api_"),
        "responses": {
            str(status): {"description": "Done."} | ({} if answer is None else {"content": _json(answer)}),
            "default": {"description": "Refused; nothing was changed.", "content": _json(bodies.ErrorOut)},
        },
        "security": [] if is_open(route.name) else [{"session": []}],
    }
    parameters = [_parameter(name, "path", _IN_PATH[name]) for name in re.findall(r"\{(\w+)\}", route.path)]
    parameters += [_parameter(name, "query", schema) for name, schema in _QUERIES.get(route.name, {}).items()]
    if route.name in KEYED:
        pattern = {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"}
        parameters.append(_parameter("Idempotency-Key", "header", pattern) | {"required": True})
    if parameters:
        operation["parameters"] = parameters
    if route.name in _REQUESTS:
        operation["requestBody"] = {"required": True, "content": _json(_REQUESTS[route.name])}
    return operation


def _parameter(name: str, place: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _json(model: type[bodies.Body]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}}
