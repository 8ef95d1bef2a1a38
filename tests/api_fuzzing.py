"""Asks an operation of an OpenAPI page with what schemathesis makes of its schema, right and wrong.

The seed is fixed, so CI sees the same every time; `make soak` asks many more and starts elsewhere each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.effort import VARIABLE

SECONDS = 20
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


def operations_of(document: dict[str, Any]) -> dict[str, Any]:
    """By their operationId."""
    found = schemathesis.openapi.from_dict(document).get_all_operations()
    return {result.ok().definition.raw["operationId"]: result.ok() for result in found if isinstance(result, Ok)}


@dataclass(frozen=True)
class Api:
    """A running server, who asks it, and what its refusals look like."""

    address: str
    people: Collection[str]
    token_of: Callable[[str], str]
    status_of: Callable[[str], int]
    checks: Collection[Callable[..., Any]] = CHECKS

    def must_answer_as_its_page_says(self, operation: Any, examples: int) -> None:
        cases = st.one_of(
            operation.as_strategy(GenerationMode.POSITIVE), operation.as_strategy(GenerationMode.NEGATIVE)
        )

        @settings(
            max_examples=examples,
            derandomize=os.environ.get(VARIABLE) != "full",
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases, who=st.sampled_from(sorted(self.people)))
        def ask(case: Case[Any], who: str) -> None:
            answer = case.call(self.address, session=http, headers=bearer(self.token_of(who)), timeout=SECONDS)
            case.validate_response(answer, checks=list(self.checks))
            if answer.status_code >= 400:
                assert self.status_of(answer.json()["code"]) == answer.status_code

        with requests.Session() as http:
            http.trust_env = False
            ask()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
