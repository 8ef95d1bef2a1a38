"""Every format of an extraction: it holds the same records, is the same when made again, and stands in the manifest."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import jsonschema
import pyarrow.parquet
import pytest
import python_calamine

from cencomm.client import bundle
from cencomm.client.bundle import Manifest
from cencomm.client.errors import BundleDamaged, FormatMissing, FormatNeedsRecords
from cencomm.client.extraction_files import Scope
from cencomm.client.extraction_formats import CITES, DEFAULT, GEOJSON, SQLITE, TRANSCRIPT, Format, check_formats
from cencomm.client.verify import verify
from cencomm.export import parquet, read_csv
from cencomm.export.profiles import Profile
from tests.unit.client.verify_world import LONG, SECRET, a_marked_operation, extract_to

STEM = f"long_seizure-{LONG.version}-{LONG.hash.hex()[:8]}"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format in Arabic; not to be altered."""
    folder = tmp_path_factory.mktemp("whole")
    extract_to(folder, a_marked_operation(), scope=Scope(formats=tuple(Format)), language="ar")
    return folder


def test_every_format_verifies_and_is_made_again_to_the_byte(whole: Path) -> None:
    assert verify(whole).failures == []
    names = {entry.name for entry in Manifest.decode((whole / bundle.MANIFEST).read_bytes()).files}
    assert {bundle.XLSX, SQLITE, GEOJSON, CITES, TRANSCRIPT, "tables/schema.ini"} <= names
    assert {f"json/{STEM}.jsonl", f"json/{STEM}.schema.json", f"parquet/{STEM}.parquet"} <= names


def test_a_changed_byte_in_any_file_is_refused(whole: Path) -> None:
    files = {path.relative_to(whole).as_posix(): path for path in whole.rglob("*") if path.is_file()}
    itself = {bundle.MANIFEST, bundle.SIGNATURE, bundle.ANNOUNCEMENT}
    made = files.keys() - itself - {*bundle.PROOFS}
    assert made and len(files) == len(made) + len(itself) + len(bundle.PROOFS)
    with altered(files[name] for name in made):
        assert {each.where for each in verify(whole).failures if each.check == "file_altered"} == made
    for name in files.keys() - made:
        with altered([files[name]]), contextlib.suppress(BundleDamaged):
            assert not verify(whole).ok, name


@contextlib.contextmanager
def altered(paths: Iterable[Path]) -> Iterator[None]:
    """One bit of each is another."""
    honest = {path: path.read_bytes() for path in paths}
    try:
        for path, data in honest.items():
            place = len(data) // 2
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        yield
    finally:
        for path, data in honest.items():
            path.write_bytes(data)


def test_the_database_joins_items_to_their_record(whole: Path) -> None:
    with contextlib.closing(sqlite3.connect(whole / SQLITE)) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        (view,) = database.execute("SELECT name FROM sqlite_master WHERE name LIKE 'form_long%_item_whole'").fetchone()
        found = database.execute(
            f'SELECT handling, product, quantity_canonical, unit_canonical FROM "{view}" WHERE "item.row" = 1'
        ).fetchall()
    assert found == [(handling, "heroin", "2.5", "KGM") for handling in ("amber", "red", "green", "red")]


def test_lines_fit_their_schema(whole: Path) -> None:
    schema = json.loads((whole / "json" / f"{STEM}.schema.json").read_bytes())
    lines = [json.loads(line) for line in (whole / "json" / f"{STEM}.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        jsonschema.validate(line, schema)
    assert lines[0]["answers"]["person"][0]["family_name"] == SECRET
    assert lines[0]["derived"]["item[0].quantity_canonical"] == "2.5"


def test_places_reports_and_columns_hold_the_same_records(whole: Path) -> None:
    places = json.loads((whole / GEOJSON).read_bytes())["features"]
    assert [each["geometry"]["coordinates"] for each in places[:4]] == [[-46.3336, -23.9608]] * 4
    assert all(each["geometry"] is None for each in places[4:])
    sheet = python_calamine.CalamineWorkbook.from_path(str(whole / CITES)).get_sheet_by_index(0).to_python()
    assert [row[2] for row in sheet[1:]] == ["Manis tricuspis"] * 3, "a superseded record is not reported"
    table = pyarrow.parquet.read_table(whole / "parquet" / f"{STEM}.parquet").to_pylist()
    assert [row["handling"] for row in table] == [
        row["handling"] or None for row in read_csv(whole / f"tables/{STEM}.csv")
    ]


def test_the_workbook_has_a_cover_and_a_dictionary(whole: Path) -> None:
    book = python_calamine.CalamineWorkbook.from_path(str(whole / bundle.XLSX))
    assert book.sheet_names[0] == "الغلاف"
    assert book.sheet_names[-2:] == ["قاموس البيانات", "الرموز"]
    cover = {str(row[0]): str(row[1]) for row in book.get_sheet_by_index(0).to_python()}
    assert "TLP:RED" in cover["ضوابط التداول"]
    assert Manifest.decode((whole / bundle.MANIFEST).read_bytes()).basis in cover.values()


def test_a_file_that_the_records_do_not_make_is_refused_even_if_it_is_listed(tmp_path: Path) -> None:
    extract_to(tmp_path, a_marked_operation(), scope=Scope(formats=(Format.HTML,)))
    assert verify(tmp_path).ok
    (tmp_path / "evil.html").write_text("<script>")
    found = [(each.check, each.where) for each in verify(tmp_path).failures]
    assert ("table_altered", "evil.html") in found


def test_formats_that_cannot_be_made_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    check_formats(tuple(Format), Profile.FULL)
    check_formats((*DEFAULT, Format.SQLITE, Format.JSONL, Format.PARQUET), Profile.STATISTICAL)
    for each in (Format.HTML, Format.GEOJSON, Format.CITES):
        with pytest.raises(FormatNeedsRecords):
            check_formats((each,), Profile.STATISTICAL)
    monkeypatch.setattr(parquet, "is_available", lambda: False)
    with pytest.raises(FormatMissing):
        check_formats((Format.PARQUET,), Profile.FULL)
    check_formats(DEFAULT, Profile.FULL)


def test_without_parquet_the_rest_is_compared_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extract_to(tmp_path, a_marked_operation(), scope=Scope(formats=(Format.PARQUET, Format.CSV)))
    monkeypatch.setattr(parquet, "is_available", lambda: False)
    verdict = verify(tmp_path)
    assert verdict.failures == []
    said = {notice.where for notice in verdict.notices if notice.check == "not_compared"}
    assert said == {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "parquet").iterdir()}
    changed = tmp_path / "parquet" / f"{STEM}.parquet"
    changed.write_bytes(changed.read_bytes() + b"x")
    assert {each.check for each in verify(tmp_path).failures} == {"file_altered"}
