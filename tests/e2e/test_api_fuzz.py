"""Every operation of the OpenAPI page is asked with what schemathesis makes of its schema, right and wrong: the server
never fails, answers as the page says, refuses what the page does not allow, and asks who it is where the page says so.

The seed is fixed, so CI sees the same every time; `make soak` asks many more and starts elsewhere each time.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cencomm.accounts.model import AccountKind, Session
from cencomm.accounts.tokens import hash_token
from cencomm.server.errors import status_of
from cencomm.server.openapi import document
from cencomm.wire.http import ROUTES, Auth
from tests.delivery_stand import HOUR_MS
from tests.effort import VARIABLE, effort
from tests.threaded_server import Stand
from tests.unit.crypto.people import NOW_MS, OTIENO, SILVA

EXAMPLES = effort(short=3, full=400)
SECONDS = 20
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
SCHEMA = schemathesis.openapi.from_dict(document())
OPERATIONS = {
    result.ok().definition.raw["operationId"]: result.ok()
    for result in SCHEMA.get_all_operations()
    if isinstance(result, Ok)
}
KINDS = {
    "officer": (AccountKind.OFFICER, OTIENO.officer_id, OTIENO.device_id),
    "contact point": (AccountKind.NCP, "KE", None),
    "secretariat": (AccountKind.SECRETARIAT, "secretariat", None),
}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with Stand(tmp_path_factory.mktemp("fuzz"), [OTIENO, SILVA]) as stand:
        stand.do(_add_administrators(stand))
        yield stand


async def _add_administrators(stand: Stand) -> None:
    async with stand.server.services.new_unit_of_work() as uow:
        officer = await uow.accounts.get(OTIENO.officer_id)
        assert officer is not None
        for kind, account_id, device_id in KINDS.values():
            if device_id is None:
                await uow.accounts.add(dataclasses.replace(officer, kind=kind, account_id=account_id))
        await uow.commit()


def sign_in(stand: Stand, kind: str) -> str:
    """A token of a session that is there, whatever was asked before (signing out, say)."""
    account_kind, account_id, device_id = KINDS[kind]
    token = f"token for {kind}".replace(" ", "-")
    session = Session(hash_token(token), account_id, account_kind, "password", device_id, NOW_MS + 12 * HOUR_MS)

    async def put() -> None:
        async with stand.server.services.new_unit_of_work() as uow:
            if await uow.sessions.get(session.token_hash) is None:
                await uow.sessions.add(session)
                await uow.commit()

    stand.do(put())
    return token


@pytest.mark.parametrize("name", [route.name for route in ROUTES])
def test_it_answers_as_the_page_says(stand: Stand, name: str) -> None:
    operation = OPERATIONS[name]
    cases = st.one_of(operation.as_strategy(GenerationMode.POSITIVE), operation.as_strategy(GenerationMode.NEGATIVE))

    @settings(
        max_examples=EXAMPLES,
        derandomize=os.environ.get(VARIABLE) != "full",
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, kind=st.sampled_from(sorted(KINDS)))
    def ask(case: Case[Any], kind: str) -> None:
        headers = {"Authorization": f"Bearer {sign_in(stand, kind)}"}
        answer = case.call(stand.address, session=http, headers=headers, timeout=SECONDS)
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert status_of(answer.json()["code"]) == answer.status_code

    with requests.Session() as http:
        http.trust_env = False
        ask()


@pytest.mark.parametrize("route", [route for route in ROUTES if route.auth is not Auth.NONE], ids=lambda one: one.name)
@pytest.mark.parametrize("token", [None, "of nobody"])
def test_who_is_not_signed_in_is_told_nothing_else(stand: Stand, route: Any, token: str | None) -> None:
    path = route.path.format(cug_id="ab" * 16, file_hash="cd" * 32, chunk_index=0)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    answer = requests.request(route.method, stand.address + path, headers=headers, timeout=SECONDS)
    assert (answer.status_code, answer.json()["code"]) == (401, "accounts.not_signed_in")
