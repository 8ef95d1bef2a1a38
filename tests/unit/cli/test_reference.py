"""Code lists on the command line: brought in, listed, searched; a bad file changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.fakes import Cli
from tests.unit.refdata.test_references import TEMPLATE

UNLOCODE = '"","BR","SSZ","Santos","Santos","SP","1--4----","AF","0401","","2356S 04619W",""\n'


@pytest.fixture
def lists(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("CENCOMM_REFDATA", str(tmp_path / "refdata.sqlite"))
    return cli


def test_a_file_is_brought_in_listed_and_searched(lists: Cli, tmp_path: Path) -> None:
    (tmp_path / "2026-1.csv").write_bytes(UNLOCODE.encode("latin-1"))
    said = lists("refdata", "import", "location", str(tmp_path / "2026-1.csv"), "--edition", "2026-1")
    assert said.code == 0, said.err
    assert "location: 1 entries from 2026-1.csv." in said.out
    (listed,) = [json.loads(line) for line in lists("--json", "refdata", "list").out.splitlines()]
    assert (listed["list"], listed["entries"], listed["edition"]) == ("location", 1, "2026-1")
    assert "BRSSZ" in lists("refdata", "search", "location", "san").out
    assert json.loads(lists("--json", "refdata", "search", "location", "br").out)["names"] == [["", "Santos"]]


def test_a_package_fills_a_list_in_the_readers_language(lists: Cli) -> None:
    assert lists("refdata", "import", "currency").code == 0
    assert "franc" in lists("--language", "fr", "refdata", "search", "currency", "XOF").out


def test_all_that_packages_have_comes_at_once(lists: Cli) -> None:
    said = lists("refdata", "import")
    assert said.code == 0, said.err
    assert "un_number" in said.err
    names = [json.loads(line)["list"] for line in lists("--json", "refdata", "list").out.splitlines()]
    assert {"country", "currency", "transport_mode", "unit"} <= set(names)


def test_a_bad_file_changes_nothing_and_says_where(lists: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,name\n0004,Ammonium picrate\n")
    (tmp_path / "b.csv").write_text("code,name\n0004,Other\n5,Cartridges\n")
    assert lists("refdata", "import", "un_number", str(tmp_path / "a.csv")).code == 0
    refused = lists("--json", "refdata", "import", "un_number", str(tmp_path / "b.csv"))
    assert refused.code == 1
    assert json.loads(refused.err)["facts"] == {"line": 3, "column": "code", "reason": "code"}
    assert "Ammonium picrate" in lists("refdata", "search", "un_number", "0004").out


def test_what_is_not_here_is_said(lists: Cli) -> None:
    assert "refdata import" in lists("refdata", "list").err
    assert lists("refdata", "search", "location", "x").code == 1
    assert lists("refdata", "import", "../up").code == 1
    assert lists("refdata", "import", "package").code == 1
    assert lists("refdata", "import", "currency").code == 0
    assert "currency" in lists("refdata", "search", "currency", "zzzz").err


def test_a_form_that_refers_to_a_list_is_held_against_it(lists: Cli, tmp_path: Path) -> None:
    lists.client.group.forms = (TEMPLATE,)
    (tmp_path / "a.csv").write_text(UNLOCODE)
    assert lists("refdata", "import", "location", str(tmp_path / "a.csv")).code == 0
    said = lists("submit", "Operation Tiger", "ports", "port=BRXXX")
    assert (said.code, "Port: The code list on this device" in said.err) == (0, True)
    said = lists("submit", "Operation Tiger", "ports", "port=BRSSZ")
    assert (said.code, "code list" in said.err) == (0, False)
