"""Tables on the command line: nothing is sent before all of it is right, shown and agreed to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cencomm.bulk.layout import MAIN
from tests.unit.bulk.filling import fill, sheet_of
from tests.unit.bulk.test_workbook_rows import rows_of
from tests.unit.cli.fakes import Cli

TITLE = "Operation Tiger"
HEAD = "UF;UNIDADE;UNIDADE_PADRAO_AEROPORTUARIO;CIDADE_APREENSAO;DATA;DROGA;QUANTIDADE;UNIDADE_MEDIDA;ORIGEM;lat;lon\n"
GOOD = "AC;SR;RBR;RIO BRANCO;03/18/2013;cocaina;1027,5;gramas;aeroporto;-9,8;-67,8\n"
BAD = "AC;SR;RBR;RIO BRANCO;18/03/2013;cocaina;10.27;gramas;aeroporto;-9,8;-67,8\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_every_row_is_sent_once_it_is_agreed_to(cli: Cli, table: Path) -> None:
    table.write_text(HEAD + GOOD + GOOD.replace("1027,5", "1"))
    said = cli("--json", "bulk", "import", TITLE, str(table), "-m", "brazil_pf", "--yes")
    assert said.code == 0, said.err
    assert json.loads(said.out) == {
        "rows": 2,
        "fresh": 2,
        "duplicates": 0,
        "left_out": 0,
        "sent_before": 0,
        "sent": 2,
    }
    sent = [call[2] for call in cli.client.done() if call[0] == "submit"]
    assert [answers["item"][0]["quantity"] for answers in sent] == ["1027.5", "1"]  # type: ignore[index]


def test_a_dry_run_and_a_no_send_nothing(cli: Cli, table: Path) -> None:
    table.write_text(HEAD + GOOD)
    dry = cli("--json", "bulk", "import", TITLE, str(table), "-m", "brazil_pf", "--dry-run")
    assert (dry.code, json.loads(dry.out)["fresh"]) == (0, 1)
    assert cli("bulk", "import", TITLE, str(table), "-m", "brazil_pf").code == 1
    assert cli.client.done() == []


def test_one_bad_cell_sends_nothing_and_is_named(cli: Cli, table: Path) -> None:
    table.write_text(HEAD + GOOD + BAD)
    said = cli("bulk", "import", TITLE, str(table), "-m", "brazil_pf", "--yes")
    assert said.code == 1
    assert "Row 3, DATA: " in said.err
    assert "Row 3, QUANTIDADE: " in said.err
    assert cli.client.done() == []


def test_the_same_case_twice_is_shown_and_left_out(cli: Cli, table: Path, tmp_path: Path) -> None:
    table.write_text(HEAD + GOOD + GOOD)
    rules = cli("bulk", "mappings", "brazil_pf").out
    own = tmp_path / "own.toml"
    own.write_text(rules.replace("substr(concat('000000', ${row}), -6)", "'1'"), encoding="utf-8")
    said = cli("bulk", "import", TITLE, str(table), "-m", str(own), "--yes")
    assert said.code == 0, said.err
    assert "Row 3: the same case as row 2" in said.err
    assert len(cli.client.done()) == 1


def test_the_mappings_that_ship_are_listed(cli: Cli) -> None:
    names = [json.loads(line)["name"] for line in cli("--json", "bulk", "mappings").out.splitlines()]
    assert "unodc_ids" in names
    assert cli("bulk", "mappings", "nothing").code == 1


def test_a_mapping_that_is_none_sends_nothing(cli: Cli, table: Path, tmp_path: Path) -> None:
    table.write_text(HEAD + GOOD)
    (tmp_path / "bad.toml").write_text("format = 7")
    assert cli("bulk", "import", TITLE, str(table), "-m", str(tmp_path / "bad.toml"), "--yes").code == 1
    assert cli("bulk", "import", TITLE, str(table), "-m", str(tmp_path / "absent.toml"), "--yes").code == 2
    assert cli.client.done() == []


def test_a_workbook_is_written_filled_in_and_sent(cli: Cli, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    said = cli("bulk", "template", TITLE, "simplified_seizure", str(book))
    assert said.code == 0, said.err
    _, records, items = rows_of(2)
    fill(book, {MAIN: records, "item": items})
    assert cli("bulk", "import", TITLE, str(book), "--yes").code == 0
    sent = [call[2] for call in cli.client.done() if call[0] == "submit"]
    assert [answers["national_case_ref"] for answers in sent] == [row["national_case_ref"] for row in records]  # type: ignore[index]
    assert cli("bulk", "template", TITLE, "simplified_seizure", str(book)).code == 2


def test_a_copy_with_the_errors_marked_comes_back(cli: Cli, tmp_path: Path) -> None:
    book, marked = tmp_path / "book.xlsx", tmp_path / "marked.xlsx"
    assert cli("bulk", "template", TITLE, "simplified_seizure", str(book)).code == 0
    _, records, items = rows_of(1)
    fill(book, {MAIN: [records[0] | {"direction": "sideways"}], "item": items})
    said = cli("bulk", "import", TITLE, str(book), "--marked", str(marked), "--yes")
    assert said.code == 1
    assert str(marked) in said.err.replace("\n", "")
    comments = [cell.comment for row in sheet_of(marked, MAIN).iter_rows(min_row=3, max_row=3) for cell in row]
    assert len([comment for comment in comments if comment is not None]) == 1
    assert cli.client.done() == []
    assert cli("bulk", "import", TITLE, str(book), "--marked", str(marked)).code == 2


def test_a_table_that_is_no_workbook_of_ours_needs_a_mapping(cli: Cli, table: Path) -> None:
    table.write_text(HEAD + GOOD)
    assert cli("bulk", "import", TITLE, str(table), "--yes").code == 1
    assert cli.client.done() == []
