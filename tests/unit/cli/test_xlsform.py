"""XLSForms on the command line: a dry run unless told otherwise, a report by row, refusals in the reader's language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cencomm.templates_forms.model import Template, standard
from cencomm.xlsform.convert import import_form
from tests.unit.cli.fakes import Cli
from tests.unit.xlsform.books import made, text

TITLE = "Operation Tiger"


@pytest.fixture
def form(tmp_path: Path) -> Path:
    rows = [text("Age", appearance="numbers"), {"type": "note", "name": "n", "label": "Read"}]
    return made(tmp_path / "form.xlsx", rows, form_title="My form", form_id="my_form", default_language="en")


def test_without_more_it_is_a_dry_run_with_a_report(cli: Cli, form: Path) -> None:
    said = cli("template", "import", str(form))
    assert said.code == 0, said.err
    assert "My form" in said.out
    assert "Sheet survey, row 2, column appearance" in said.err
    assert "--publish" in said.err
    assert cli.client.done() == []
    assert sorted(path.name for path in form.parent.iterdir() if path.is_file()) == ["form.xlsx"]


def test_the_template_is_written_and_can_be_published_from_the_file(cli: Cli, form: Path, tmp_path: Path) -> None:
    target = tmp_path / "t.json"
    said = cli("--json", "template", "import", str(form), "--output", str(target))
    assert said.code == 0, said.err
    report = json.loads(said.out.splitlines()[0])
    assert (report["id"], report["fields"], len(report["notes"])) == ("my_form", 1, 3)
    assert list(Template.decode_unchecked(target.read_bytes()).fields) == ["age"]
    assert cli("templates", TITLE, "--publish", str(target)).code == 0
    assert cli("template", "import", str(form), "--output", str(target)).code == 2


def test_the_template_is_published_into_a_group(cli: Cli, form: Path) -> None:
    said = cli("template", "import", str(form), "--publish", TITLE)
    assert (said.code, "My form, version 1, is published in Operation Tiger." in said.out) == (0, True)
    assert cli.client.done() == [("publish", "my_form")]


def test_a_refused_form_is_told_in_the_readers_language_and_nothing_is_done(cli: Cli, tmp_path: Path) -> None:
    wrong = made(tmp_path / "form.xlsx", [text("a"), text("b", relevant="${c} = 1")])
    said = cli("--language", "fr", "template", "import", str(wrong), "-o", str(tmp_path / "t.json"), "--publish", TITLE)
    assert said.code == 1
    assert "Feuille survey, ligne 3, colonne relevant : il n’y a pas de question « c »." in said.err
    assert cli.client.done() == []
    assert not (tmp_path / "t.json").exists()


def test_words_without_a_language_are_in_the_one_that_is_named(cli: Cli, tmp_path: Path) -> None:
    path = made(tmp_path / "form.xlsx", [text("a")])
    named = cli("--json", "template", "import", str(path), "--words", "Portuguese")
    assert json.loads(named.out)["languages"] == "pt"
    assert json.loads(cli("--json", "-l", "ru", "template", "import", str(path)).out)["languages"] == "ru"
    assert cli("template", "import", str(path), "--words", "Marsian").code == 2


def test_a_standard_template_is_written_as_a_form_and_what_others_miss_is_told(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "alert.xlsx"
    said = cli("-l", "es", "template", "export", "alert", str(target))
    assert said.code == 0, said.err
    assert "XLSForm no tiene nada como max_length" in said.err
    assert import_form(target).template == standard("alert")
    assert cli("template", "export", "alert", str(target)).code == 2
    assert cli.client.done() == []


def test_a_template_of_a_group_is_written_as_a_form(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    assert cli("template", "export", "simplified_seizure", str(target), "--group", TITLE).code == 0
    assert import_form(target).template == standard("simplified_seizure")


def test_a_template_that_is_not_there_writes_nothing(cli: Cli, tmp_path: Path) -> None:
    for more in ((), ("--group", TITLE)):
        assert cli("template", "export", "nothing", str(tmp_path / "a.xlsx"), *more).code == 1
    assert cli("template", "export", "alert", str(tmp_path / "no folder" / "a.xlsx")).code == 2
    assert list(tmp_path.iterdir()) == []
