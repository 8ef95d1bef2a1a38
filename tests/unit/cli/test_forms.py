"""Forms: checked before they leave, said in words when they do not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from cencomm.templates_forms.model import standard
from cencomm.wire.content import Answers
from tests.unit.cli.fakes import REFERENCE, Cli, form_item

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
    answers |= {"sharing_targets": ["group"], "offence_country": "KE"}  # what the form itself begins with
    assert cli.client.done() == [("submit", TEMPLATE.hash, answers, None)]


def test_a_form_can_correct_another(cli: Cli) -> None:
    assert cli("submit", TITLE, "simplified_seizure", "reporting_country=KE", "--replaces", "07" * 16).code == 0
    assert cli.client.done()[0][-1] == REFERENCE


WARNING: Answers = {
    "reporting_country": "BR",
    "warning_no": "BR-2026-17",
    "addressees": ["KE"],
    "departure_country": "BR",
}


def test_a_seizure_begins_from_the_feedback_and_the_warning_that_it_answers(cli: Cli) -> None:
    group = cli.client.group
    group.forms = (standard("long_seizure"), standard("warning"))
    control = {"reporting_country": "KE", "warning_ref": "BR-2026-17", "control_at": "2026-03-03T22:15+01:00"}
    group.found = [
        form_item(3, WARNING, name="warning", sender="BR/silva/laptop"),
        form_item(4, control, name="feedback"),
    ]
    assert cli("submit", TITLE, "long_seizure", "offence_country=TZ", "--from", "04" * 16).code == 0
    ((_, _, answers, replaces),) = cli.client.done()
    assert isinstance(answers, dict)
    begun = {key: answers[key] for key in ("linked_warning", "linked_feedback", "offence_at", "departure_country")}
    assert list(begun.values()) == ["BR-2026-17", "04" * 16, "2026-03-03T22:15+01:00", "BR"]
    assert (answers["offence_country"], answers["reporting_country"], replaces) == ("TZ", "KE", None)


def test_the_long_form_is_a_new_version_of_the_simplified_one_under_its_number(cli: Cli) -> None:
    group = cli.client.group
    group.forms = (standard("long_seizure"),)
    group.found = [form_item(4, {"reporting_country": "KE", "item": [{"heading": "drugs"}], "mistake": 1})]
    said = cli("submit", TITLE, "long_seizure", "agency=police", "--from", "04" * 16)
    assert (said.code, "mistake" in said.err) == (0, True)
    ((_, _, answers, replaces),) = cli.client.done()
    assert isinstance(answers, dict)
    assert (answers["item"], answers["agency"], "mistake" in answers) == ([{"heading": "drugs"}], "police", False)
    assert (replaces, group.record_ids) == (b"\x04" * 16, [b"\x01" * 16])


@pytest.mark.parametrize("reference", ["05" * 16, "06" * 16, "09" * 16])
def test_nothing_is_sent_from_a_record_that_is_another_s_replaced_or_of_no_use(cli: Cli, reference: str) -> None:
    cli.client.group.forms = (standard("long_seizure"),)
    cli.client.group.found = [
        form_item(5, {}, sender="BR/silva/laptop"),
        form_item(6, {}),
        form_item(7, {}, replaces=b"\x06" * 16),
        form_item(9, {}, name="alert"),
    ]
    assert cli("submit", TITLE, "long_seizure", "--from", reference).code == 2
    assert cli.client.done() == []


def test_a_question_gets_the_next_number_of_its_country(cli: Cli) -> None:
    cli.client.group.forms = (standard("warning"),)
    cli.client.group.found = [form_item(4, {"reporting_country": "KE", "warning_no": "KE-1999-4"}, name="warning")]
    assert cli("submit", TITLE, "warning").code == 0
    ((_, _, answers, _),) = cli.client.done()
    assert isinstance(answers, dict)
    assert re.fullmatch(r"KE-20[0-9]{2}-1", str(answers["warning_no"]))


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
