"""The OpenAPI page says what the server does."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from cencomm.server.app import MAX_QUERY
from cencomm.server.openapi import document
from cencomm.wire.http import ROUTES, SESSION_COOKIE, SESSION_HEADER, Auth, SessionOut
from tests.accounts_world import World
from tests.unit.server.rig import served


def references(value: Any) -> set[str]:
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(value)))


async def test_page_is_served(world: World) -> None:
    async with served(world) as rig:
        answer = await rig.ask("GET", "/v1/openapi.json")
        assert answer.status_code == 200
        assert answer.json() == json.loads(json.dumps(document()))


def test_every_route_stands_in_it_once() -> None:
    found = {
        operation["operationId"]: (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }
    assert found == {route.name: (route.method, route.path) for route in ROUTES}


def test_operations_say_what_they_need_and_give() -> None:
    for route in ROUTES:
        operation = document()["paths"][route.path][route.method.lower()]
        assert bool(operation["security"]) == (route.auth is not Auth.NONE)
        assert str(route.status) in operation["responses"]
        assert references(operation["responses"]["default"]) == {"ErrorOut"}
        assert ("requestBody" in operation) == (route.request is not None or route.takes_bytes)
        given = {parameter["name"] for parameter in operation.get("parameters", [])}
        in_path = set(re.findall(r"\{(\w+)\}", route.path))
        by_header = {SESSION_HEADER} if route.answer is SessionOut else set()
        assert given == {query.name for query in route.query} | in_path | by_header


def test_both_ways_to_carry_a_session_stand_in_it() -> None:
    schemes = document()["components"]["securitySchemes"]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "session": "http",
        "cookie": "apiKey",
        "own_page": "apiKey",
    }
    assert schemes["cookie"]["name"] == SESSION_COOKIE
    operation = document()["paths"]["/v1/session"]["get"]
    assert operation["security"] == [{"session": []}, {"cookie": [], "own_page": []}]


def test_every_reference_leads_somewhere_and_bytes_say_their_encoding() -> None:
    schemas = document()["components"]["schemas"]
    assert references(document()) <= set(schemas)
    assert schemas["EnrolIn"]["properties"]["authentication_key"]["contentEncoding"] == "base64url"
    assert schemas["EnrolIn"]["additionalProperties"] is False
    assert document()["openapi"] == "3.1.0"


def test_chunks_of_files_travel_as_they_are() -> None:
    chunk = document()["paths"]["/v1/cugs/{cug_id}/files/{file_hash}/{chunk_index}"]
    assert list(chunk["put"]["requestBody"]["content"]) == ["application/octet-stream"]
    assert list(chunk["get"]["responses"]["200"]["content"]) == ["application/octet-stream"]
    patterns = {parameter["name"]: parameter["schema"] for parameter in chunk["get"]["parameters"]}
    assert patterns["file_hash"]["pattern"] == "^[0-9a-f]{64}$"
    assert patterns["chunk_index"] == {"type": "integer", "minimum": 0, "maximum": 99_999}


def test_refusals_before_the_operations_own_rules_stand_in_it() -> None:
    def said(path: str, method: str) -> set[str]:
        return set(document()["paths"][path][method]["responses"]) - {"default"}

    assert said("/v1/deployment", "get") == {"200", "400", "429"}
    assert said("/v1/devices", "get") == {"200", "400", "401", "403", "429"}
    assert said("/v1/devices", "post") == {"201", "400", "401", "403", "408", "413", "429"}


def test_the_bounds_of_parameters_are_those_of_the_server() -> None:
    directory = document()["paths"]["/v1/directory"]["get"]["parameters"]
    schemas = {parameter["name"]: parameter["schema"] for parameter in directory}
    assert schemas["after"]["maxLength"] == MAX_QUERY
    assert schemas["limit"]["maximum"] == 999_999_999


def test_bytes_say_their_length() -> None:
    encoded = document()["components"]["schemas"]["EnrolIn"]["properties"]["authentication_key"]
    assert re.match(encoded["pattern"], base64.urlsafe_b64encode(bytes(range(200, 232))).decode())
    assert not re.match(encoded["pattern"], base64.urlsafe_b64encode(bytes(31)).decode())
