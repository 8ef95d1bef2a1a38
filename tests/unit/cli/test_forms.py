"""Forms: checked before they leave, said in words when they do not."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from cencomm.templates_forms.model import standard
from tests.unit.cli.fakes import REFERENCE, Cli

TITLE = "Operation Tiger"
TEMPLATE = standard("simplified_seizure")


def test_templates_and_their_fields_are_shown(cli: Cli) -> None:
    assert "simplified_seizure" in cli("templates", TITLE).out
    fields = [json.loads(line) for line in cli("--json", "templates", TITLE, "simplified_seizure").out.splitlines()]
    assert [each["field"] for each in fields] == list(TEMPLATE.fields)


def test_answers_come_from_a_file_and_from_words(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"offence_at": "2026-01-02", "item": [{"quantity": 1.50}]}')
    said = cli(
        "submit",
        TITLE,
        "simplified_seizure",
        "reporting_country=KE",
        "item[0].unit=KGM",
        "-f",
        str(tmp_path / "a.json"),
    )
    assert said.code == 0, said.err
    assert REFERENCE.hex() in said.out
    answers = {"offence_at": "2026-01-02", "item": [{"quantity": "1.50", "unit": "KGM"}], "reporting_country": "KE"}
    assert cli.client.done() == [("submit", TEMPLATE.hash, answers, None)]


def test_a_form_can_correct_another(cli: Cli) -> None:
    assert cli("submit", TITLE, "simplified_seizure", "reporting_country=KE", "--replaces", "07" * 16).code == 0
    assert cli.client.done()[0][-1] == REFERENCE


@pytest.mark.parametrize("words", [("nothing=1",), ("reporting_country",), ("--replaces", "07")])
def test_what_is_wrongly_typed_sends_nothing(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli("submit", TITLE, "simplified_seizure", *words).code == 2
    assert cli.client.done() == []


def test_an_unknown_template_sends_nothing(cli: Cli) -> None:
    assert cli("submit", TITLE, "nothing").code == 1
    assert cli.client.done() == []


def test_a_form_that_breaks_rules_is_said_in_words_and_not_sent(cli: Cli) -> None:
    cli.client.group.invalid = True
    said = cli("submit", TITLE, "simplified_seizure", "reporting_country=KE")
    assert said.code == 1
    assert TEMPLATE.label("offence_at", "en") in said.err
    assert "1 of its entries" in said.err
    assert cli.client.done() == []


def test_what_a_version_changes_is_said_in_words(cli: Cli) -> None:
    assert cli("templates", TITLE, "simplified_seizure", "--changes").out == "Nothing is different from version 1.\n"
    newer = msgspec.structs.replace(TEMPLATE, version=2, rules=TEMPLATE.rules[1:])
    cli.client.group.forms = (TEMPLATE, newer)
    said = cli("templates", TITLE, "simplified_seizure", "--changes")
    assert "version 2, against version 1" in said.out
    assert f"Rule taken out: “{TEMPLATE.rule_message(TEMPLATE.rules[0].key, 'en')}”." in said.err
    (data,) = cli("--json", "templates", TITLE, "simplified_seizure", "--changes").out.splitlines()
    assert json.loads(data) == {"changes": [{"kind": "rule_removed", "key": TEMPLATE.rules[0].key, "codes": []}]}


def test_a_template_file_is_published(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_bytes(TEMPLATE.encode())
    assert cli("templates", TITLE, "--publish", str(tmp_path / "t.json")).code == 0
    assert cli.client.done() == [("publish", "simplified_seizure")]
