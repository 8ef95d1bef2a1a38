"""The files of an extraction: everything in them, hostile text inert, the same from the same log."""

from __future__ import annotations

from pathlib import Path

import pytest
import python_calamine

from cencomm.client import bundle
from cencomm.client.bundle import Manifest
from cencomm.client.extraction_files import DEFAULT_SCOPE
from cencomm.client.extraction_formats import write_formats
from cencomm.client.extraction_layout import Layout
from cencomm.client.verify_log import examine
from cencomm.export import read_csv
from tests.unit.client.verify_world import TEMPLATE, an_operation, extract_to
from tests.unit.crypto.groups import CUG
from tests.unit.crypto.people import OTIENO, TRUST

STEM = f"simplified_seizure-{TEMPLATE.version}-{TEMPLATE.hash.hex()[:8]}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bundle")
    extract_to(made, an_operation())
    return made


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(read_csv(folder / bundle.TABLES / f"{name}.csv"))


def test_a_form_row_says_who_when_and_how_valid(folder: Path) -> None:
    first, second = rows(folder, STEM)
    assert first["officer"] == "BR/silva"
    assert first["administration"] == "BR"
    assert first["device"] == "BR/silva/laptop"
    assert first["name"] == "Name of BR/silva"
    assert first["server_time"] == "2026-01-01T00:00:06+00:00"
    assert first["sent_at"] == "2026-01-01T00:00:00+00:00"
    assert (first["seq"], first["epoch"], first["standing"]) == ("6", "1", "verified")
    assert (first["template"], first["version"]) == ("simplified_seizure", str(TEMPLATE.version))
    assert first["valid"] == "false"
    assert "required" in first["findings"]
    assert (first["reporting_country"], first["source_text"]) == ("BR", "seen at the quay")
    assert second["officer"] == "FR/dubois"


def test_the_rows_of_a_list_stand_in_their_own_table(folder: Path) -> None:
    (item,) = rows(folder, f"{STEM}-1")
    assert (item["seq"], item["unit"], item["quantity"]) == ("8", "KGM", "1.50")


def test_chat_is_a_table_and_a_formula_stays_text(folder: Path) -> None:
    said = rows(folder, "chat")
    assert [row["text"] for row in said] == ['=HYPERLINK("x")', "Olá", "good bye"]
    book = python_calamine.CalamineWorkbook.from_path(str(folder / bundle.XLSX))
    cells = book.get_sheet_by_name("Messages").to_python()
    assert cells[1][-3] == '=HYPERLINK("x")'


def test_every_event_is_listed_with_its_hash(folder: Path) -> None:
    events = rows(folder, "events")
    assert [row["seq"] for row in events] == [str(number) for number in range(1, 11)]
    assert all(len(row["event_hash"]) == 64 for row in events)
    assert [row["says"] for row in events][-2:] == ["commit", "chat"]


def test_the_manifest_lists_every_file_with_its_hash(folder: Path) -> None:
    manifest = Manifest.decode((folder / bundle.MANIFEST).read_bytes())
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {entry.name for entry in manifest.files} == names - bundle.NOT_IN_MANIFEST
    assert (manifest.records, manifest.forms, manifest.unopened, manifest.up_to_seq) == (7, 2, 0, 10)
    assert len(manifest.key_ids) == 2


def test_the_same_log_gives_the_same_csv_files(folder: Path, tmp_path: Path) -> None:
    log = an_operation()
    found = examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id)
    write_formats(tmp_path, found.found, Layout("en", formats=DEFAULT_SCOPE.formats))
    again = tmp_path / "again"
    again.mkdir()
    write_formats(again, found.found, Layout("en", formats=DEFAULT_SCOPE.formats))
    for path in (tmp_path / bundle.TABLES).iterdir():
        assert path.read_bytes() == (again / bundle.TABLES / path.name).read_bytes()


def test_tables_speak_the_readers_language(tmp_path: Path) -> None:
    log = an_operation()
    found = examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id)
    write_formats(tmp_path, found.found, Layout("fr", formats=DEFAULT_SCOPE.formats))
    (row, _) = rows(tmp_path, STEM)
    assert row["reporting_country.word"] == "Brésil"
