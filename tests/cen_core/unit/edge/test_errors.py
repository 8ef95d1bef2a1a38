"""Every refusal of the core has a status, and facts of a fault stay inside."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel, ValidationError

from cen_core.edge.errors import INTERNAL, STATUS_OF_CODE, internal, malformed, refusal, status_of
from cen_core.errors import CaseMalformed, CenError, DatabaseUrlInvalid, NotSignedIn, TooManyRequests


def test_every_refusal_has_a_status_of_its_own() -> None:
    assert {kind.code for kind in CenError.__subclasses__()} == set(STATUS_OF_CODE)
    assert status_of("cen.from_a_newer_version") == INTERNAL


def test_a_refusal_says_its_code_and_its_facts() -> None:
    answer = refusal(CaseMalformed(field="goods[0].unit"))
    assert (answer.status_code, json.loads(bytes(answer.body))) == (
        422,
        {"code": "cen.malformed", "facts": {"field": "goods[0].unit"}},
    )


def test_when_to_come_again_and_how_to_sign_in_stand_in_the_head() -> None:
    assert refusal(TooManyRequests(retry_after_seconds=7)).headers["retry-after"] == "7"
    assert refusal(NotSignedIn()).headers["www-authenticate"] == "Bearer"


def test_a_fault_says_nothing() -> None:
    assert json.loads(bytes(internal().body)) == {"code": "internal", "facts": {}}
    assert refusal(DatabaseUrlInvalid(what="secret")).body == internal().body


class _Body(BaseModel):
    count: int


def test_a_body_of_another_shape_is_named_by_its_place_not_by_what_was_sent() -> None:
    with pytest.raises(ValidationError) as wrong:
        _Body.model_validate({"count": "<script>"})
    assert malformed(wrong.value).facts == {"what": "count"}
