"""What programs send is taken as it is or refused by its place."""

from __future__ import annotations

import pytest

from cen_core.edge.bodies import Amendment, JudgeBody, NewCase, SignInBody, content_data, parse
from cen_core.errors import RequestMalformed
from cen_core.model import content as contents
from tests.cen_core.world import data


def test_a_body_is_read() -> None:
    assert parse(JudgeBody, b'{"revision": 3, "reason": "mistake"}').reason == "mistake"
    assert parse(NewCase, b'{"content": {"a": 1}}').content == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"revision": "1"}', b'{"revision": 0}', b'{"revision": 1.5}', b'{"revision": 1e99}'],
)
def test_what_is_no_such_body_is_refused(body: bytes) -> None:
    with pytest.raises(RequestMalformed):
        parse(JudgeBody, body)


def test_an_unknown_field_is_refused_by_its_name() -> None:
    with pytest.raises(RequestMalformed) as refused:
        parse(Amendment, b'{"revision": 1, "content": {}, "force": true}')
    assert refused.value.facts == {"what": "force"}


def test_a_password_has_a_bound() -> None:
    with pytest.raises(RequestMalformed):
        parse(SignInBody, b'{"officer": "a", "password": "' + b"x" * 201 + b'"}')


def test_the_content_of_an_answer_can_be_sent_again() -> None:
    assert contents.parse(content_data(contents.parse(data()))) == contents.parse(data())
