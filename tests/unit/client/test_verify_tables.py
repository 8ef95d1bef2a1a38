"""Tables made again and compared: the same say nothing, others say where they differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client import bundle
from cencomm.client.bundle import Manifest
from cencomm.client.extraction_layout import layout_of
from cencomm.client.verify_log import Examination, examine
from cencomm.client.verify_tables import compare_tables
from cencomm.export import Column, Table, write_xlsx
from tests.unit.client.verify_world import Log, an_operation, extract_to
from tests.unit.crypto.groups import CUG
from tests.unit.crypto.people import OTIENO, TRUST


@pytest.fixture
def log() -> Log:
    return an_operation()


@pytest.fixture
def folder(tmp_path: Path, log: Log) -> Path:
    events, entries = list(log.events), dict(log.entries)
    extract_to(tmp_path, log)
    log.events, log.entries = events, entries
    return tmp_path


def examined(log: Log) -> Examination:
    return examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id)


def differences(folder: Path, log: Log, language: str = "en") -> dict[str, str]:
    with bundle.open_bundle(folder) as opened:
        layout = replace(layout_of(Manifest.decode(opened.read(bundle.MANIFEST))), language=language)
        return {name: said for name, said in compare_tables(opened, examined(log).found, layout) if said}


def test_the_same_records_make_the_same_tables(folder: Path, log: Log) -> None:
    assert differences(folder, log) == {}


def test_a_workbook_made_at_another_time_is_the_same(folder: Path, log: Log) -> None:
    before = (folder / bundle.XLSX).read_bytes()
    assert before.startswith(b"PK")
    assert bundle.XLSX not in differences(folder, log)


def test_another_cell_names_its_sheet(folder: Path, log: Log) -> None:
    (folder / "tables" / "chat.csv").write_bytes(b"other")
    write_xlsx(folder / bundle.XLSX, [Table("Chat", (Column("a", "A"),), [["no"]])])
    assert differences(folder, log) == {"tables/chat.csv": "other content", bundle.XLSX: "other sheets"}


def test_missing_and_surplus_tables_are_named(folder: Path, log: Log) -> None:
    (folder / "tables" / "chat.csv").rename(folder / "tables" / "talk.csv")
    assert differences(folder, log) == {
        "tables/chat.csv": "tables/chat.csv_missing",
        "tables/talk.csv": "there is no such table",
    }


def test_what_is_no_workbook_is_said(folder: Path, log: Log) -> None:
    (folder / bundle.XLSX).write_bytes(b"junk")
    assert differences(folder, log)[bundle.XLSX].startswith("not a workbook")


def test_another_language_is_another_table(folder: Path, log: Log) -> None:
    assert bundle.XLSX in differences(folder, log, "fr")
