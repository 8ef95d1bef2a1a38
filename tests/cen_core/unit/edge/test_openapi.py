"""The OpenAPI page says what the routes do, and refers to nothing that is not there."""

from __future__ import annotations

import json
import re

from jsonschema import Draft202012Validator

from cen_core.edge.openapi import document
from cen_core.edge.routes import ROUTES, Kind, is_open
from tests.cen_core.unit.edge.web import Web
from tests.cen_core.world import data


def test_every_route_of_the_api_is_there_and_no_page() -> None:
    said = {(path, method.upper()) for path, methods in document()["paths"].items() for method in methods}
    assert said == {(route.path, route.method) for route in ROUTES if route.kind is Kind.API}


def test_what_is_open_says_so_and_everything_else_needs_a_session() -> None:
    for route in ROUTES:
        if route.kind is Kind.API:
            operation = document()["paths"][route.path][route.method.lower()]
            assert operation["security"] == ([] if is_open(route.name) else [{"session": []}])
            assert set(operation["responses"]) >= {"default"}


def test_every_reference_leads_somewhere() -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document())))
    assert named <= set(document()["components"]["schemas"]) and "Content" in named


def test_the_schema_of_a_case_takes_a_case_and_refuses_an_unknown_field() -> None:
    schema = {"$ref": "#/components/schemas/Content", "components": document()["components"]}
    validator = Draft202012Validator(schema)
    assert list(validator.iter_errors(data())) == []
    assert list(validator.iter_errors(data(family_name="X"))) != []


async def test_the_page_is_open(web: Web) -> None:
    answer = await (await web.program()).ask("GET", "/openapi.json")
    assert answer.json()["openapi"] == "3.1.0"
