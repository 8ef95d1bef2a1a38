"""Every operation of the OpenAPI page is asked with what schemathesis makes of its schema, right and wrong: the server
never fails, answers as the page says, refuses what the page does not allow, and asks who it is where the page says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import requests
from schemathesis.specs.openapi.checks import negative_data_rejection

from cencomm.accounts.model import AccountKind, Session
from cencomm.accounts.tokens import hash_token
from cencomm.server.errors import status_of
from cencomm.server.openapi import document
from cencomm.wire.http import ROUTES, Auth
from tests.api_fuzzing import CHECKS, SECONDS, Api, bearer, operations_of
from tests.delivery_stand import HOUR_MS
from tests.effort import effort
from tests.threaded_server import Stand
from tests.unit.crypto.people import NOW_MS, OTIENO, SILVA

EXAMPLES = effort(short=3, full=400)
OPERATIONS = operations_of(document())
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
    api = Api(stand.address, KINDS, partial(sign_in, stand), status_of, (*CHECKS, negative_data_rejection))
    api.must_answer_as_its_page_says(OPERATIONS[name], EXAMPLES)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.auth is not Auth.NONE], ids=lambda one: one.name)
@pytest.mark.parametrize("token", [None, "of nobody"])
def test_who_is_not_signed_in_is_told_nothing_else(stand: Stand, route: Any, token: str | None) -> None:
    path = route.path.format(cug_id="ab" * 16, file_hash="cd" * 32, chunk_index=0)
    headers = {} if token is None else bearer(token)
    answer = requests.request(route.method, stand.address + path, headers=headers, timeout=SECONDS)
    assert (answer.status_code, answer.json()["code"]) == (401, "accounts.not_signed_in")
