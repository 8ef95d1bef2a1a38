"""Code to status: every refusal of the server side has one."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cencomm.errors import DomainError, all_error_types
from cencomm.i18n.check import import_everything
from cencomm.server import errors
from cencomm.wire.http import EnrolIn, ErrorOut, SignInStartIn

import_everything()

ELSEWHERE = (
    "cencomm.bulk",
    "cencomm.cli",
    "cencomm.client",
    "cencomm.crypto.mls.secret",
    "cencomm.export",
    "cencomm.refdata",
    "cencomm.templates_forms",
    "cencomm.xlsform",
)
"""Packages whose errors never reach the server."""

OURS = [error for error in all_error_types() if error.__module__.startswith("cencomm.")]


@pytest.mark.parametrize("error", OURS, ids=lambda error: error.code)
def test_every_code_has_a_status(error: type[DomainError]) -> None:
    if error.__module__.startswith(ELSEWHERE):
        return
    family = error.code.partition(".")[0]
    assert error.code in errors.STATUS_OF_CODE or family in errors.STATUS_OF_FAMILY, error


def test_no_status_for_a_code_that_does_not_exist() -> None:
    assert set(errors.STATUS_OF_CODE) <= {error.code for error in all_error_types()}


def test_statuses_of_refusals_are_of_the_client_but_for_faults_of_ours() -> None:
    ours = {code for code, status in errors.STATUS_OF_CODE.items() if status >= 500}
    assert ours == {"groups.not_stored", "files.not_stored", "server.not_ready"}


def test_unknown_code_is_a_fault_and_says_nothing() -> None:
    class Unheard(DomainError):
        code = "nobody.knows"

    answer = errors.refusal(Unheard(secret="x"))
    assert (answer.status_code, bytes(answer.body)) == (500, b'{"code":"internal","facts":{}}')


def test_refusal_carries_code_facts_and_when_to_come_back() -> None:
    answer = errors.refusal(errors.TooManyRequests(retry_after_seconds=7))
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "7"
    said = ErrorOut.model_validate_json(bytes(answer.body))
    assert (said.code, said.facts) == ("server.too_many_requests", {"retry_after_seconds": 7})


def complaint(content: str, model: type[SignInStartIn] | type[EnrolIn]) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(content)
    return caught.value


def test_pydantics_complaint_names_the_place_and_quotes_nothing() -> None:
    error = errors.malformed(complaint('{"account": "p4ssw0rd"}', SignInStartIn))
    assert error.facts == {"what": "account", "reason": "string_pattern_mismatch"}
    error = errors.malformed(complaint('{"account": "KE", "p4ssw0rd <b>": 1}', SignInStartIn))
    assert error.facts == {"what": "body", "reason": "extra_forbidden"}
    error = errors.malformed(complaint("p4ssw0rd", SignInStartIn))
    assert error.facts == {"what": "body", "reason": "json_invalid"}
