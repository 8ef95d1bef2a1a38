"""`cencomm release`: nothing leaves before it was shown and agreed to."""

from __future__ import annotations

import json
from typing import Any, Self

import pytest

from cencomm.cli import releasing
from cencomm.client.core import CoreCase
from cencomm.wire.content import Released
from tests.unit.cli.fakes import Cli, form_item
from tests.unit.templates_forms.forms import good

TITLE = "Operation Tiger"
REF = "03030303"


class FakeCore:
    """Notes what it is asked."""

    asked: list[tuple[Any, ...]]

    def __init__(self, url: str) -> None:
        self.asked.append(("at", url))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.asked.append(("closed",))

    async def sign_in(self, officer: str, password: str) -> None:
        self.asked.append(("sign_in", officer, password))

    async def sign_out(self) -> None:
        self.asked.append(("sign_out",))

    async def release(self, content: Any, source: str, key: str, *, words_read: bool) -> CoreCase:
        self.asked.append(("release", content, words_read))
        return self._case("submitted")

    async def withdraw_release(self, source: str, reason: str) -> CoreCase:
        self.asked.append(("withdraw", reason))
        return self._case("withdrawn")

    def _case(self, state: str) -> CoreCase:
        return CoreCase(case_id="0c" * 16, member="KE", state=state, revision=1, version=1, published=None)


@pytest.fixture
def core(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> type[FakeCore]:
    FakeCore.asked = []
    monkeypatch.setattr(releasing, "CoreApi", FakeCore)
    monkeypatch.setenv(releasing.PASSWORD_VARIABLE, "seven calm herons")
    cli.client.group.found = [form_item(3, good(offence_place="near the yard"))]
    return FakeCore


def test_without_a_record_they_are_listed(cli: Cli, core: type[FakeCore]) -> None:
    (found,) = [json.loads(line) for line in cli("--json", "release", TITLE).out.splitlines()]
    assert (found["where"], found["case_id"], found["client_ref"][:8]) == ("here", None, REF)
    assert "in the group only" in cli("release", TITLE).out
    assert core.asked == []


def test_what_leaves_is_shown_before_it_leaves(cli: Cli, core: type[FakeCore]) -> None:
    said = cli("release", TITLE, REF, typed="n\n")
    assert "Exactly this leaves the group in clear" in said.err
    assert "detection_method" in said.out
    assert "national_case_ref" not in said.out
    assert (said.code, core.asked) == (1, [])


def test_after_a_yes_it_leaves_and_the_group_is_told(cli: Cli, core: type[FakeCore]) -> None:
    said = cli("release", TITLE, REF, typed="y\n")
    assert said.code == 0, said.err
    assert "Case 0c0c0c0c of the CEN core: waits for validation" in said.out
    assert [asked[0] for asked in core.asked] == ["at", "sign_in", "release", "sign_out", "closed"]
    assert core.asked[1] == ("sign_in", "KE/otieno", "seven calm herons")
    assert "place_text" not in core.asked[2][1]
    (receipt,) = [call[1] for call in cli.client.calls if call[0] == "receipt"]
    assert isinstance(receipt, Released)


def test_free_text_leaves_only_with_the_word_of_who_read_it(cli: Cli, core: type[FakeCore]) -> None:
    assert cli("release", TITLE, REF, "--words-read", "--yes").code == 0
    assert (core.asked[2][1]["place_text"], core.asked[2][2]) == ("near the yard", True)


def test_a_name_in_the_text_keeps_everything_here(cli: Cli, core: type[FakeCore]) -> None:
    cli.client.group.found = [form_item(3, good(offence_place="case 77-KE-9", national_case_ref="77-KE-9"))]
    said = cli("release", TITLE, REF, "--words-read", "--yes")
    assert (said.code, core.asked) == (1, [])
    assert "national_case_ref" in said.err
    assert cli.client.done() == []


def test_a_case_is_withdrawn(cli: Cli, core: type[FakeCore]) -> None:
    said = cli("release", TITLE, REF, "--withdraw", "--reason", "mistake", "--yes", "--officer", "KE/other")
    assert said.code == 0, said.err
    assert core.asked[1:3] == [("sign_in", "KE/other", "seven calm herons"), ("withdraw", "mistake")]


@pytest.mark.parametrize("reference", ["04040404", "03", "x"])
def test_a_record_that_there_is_not(cli: Cli, core: type[FakeCore], reference: str) -> None:
    assert cli("release", TITLE, reference, "--yes").code == 1
    assert core.asked == []
