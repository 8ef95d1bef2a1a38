"""Exports hold exactly what the filter shows, and nothing of them runs in a spreadsheet."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from cen_core.edge import exports
from tests.cen_core.unit.edge.web import Web
from tests.cen_core.world import NCP, READER, change, data, entry, import_data, line


async def test_a_csv_has_one_row_for_each_goods_line_that_fits(web: Web) -> None:
    await web.stand.published(data(goods=[line(), line(quantity="2", product="live", unit="HEA")]))
    await web.stand.published(import_data("FR", "CO"))
    await web.stand.submitted()
    answer = await (await web.browser(READER)).get("/cen/export.csv?member=KE", **{"Accept-Language": "fr"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["line"], row["quantity"], row["unit"]) for row in rows] == [("1", "512.5", "KGM"), ("2", "2", "HEA")]
    assert {row["departure.word"] for row in rows} == {"Kenya"}
    assert rows[0]["transit"] == "SG"


async def test_a_workbook_opens_with_the_same_rows(web: Web) -> None:
    await web.stand.published()
    answer = await (await web.program(READER)).ask("GET", "/export.xlsx?heading=fauna_flora")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 2
    assert 512.5 in sheet[1]


async def test_text_that_looks_like_a_formula_stays_text(web: Web) -> None:
    given = data(narrative="=HYPERLINK(1)", narrative_language="en")
    case = await web.stand.core.create(NCP, entry(given, words_read=True, submit=True))
    second = type(NCP)("KE", NCP.level, "esa", "KE/second", NCP.role)
    await web.stand.core.validate(second, change(case))
    answer = await (await web.browser(READER)).get("/cen/export.csv")
    assert "'=HYPERLINK(1)" in answer.text


async def test_too_many_cases_and_other_formats_are_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    await web.stand.published()
    program = await web.program(READER)
    assert (await program.ask("GET", "/export.pdf")).status_code == 404
    monkeypatch.setattr(exports, "MAX_CASES", 0)
    refused = await program.ask("GET", "/export.csv")
    assert refused.json() == {"code": "cen.query_invalid", "facts": {"field": "export", "reason": "too_many_cases"}}


async def test_nothing_of_an_export_stays_on_the_server(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    await web.stand.published()
    assert (await (await web.browser(READER)).get("/cen/export.xlsx")).status_code == 200
    assert list(tmp_path.glob("cen-export-*")) == []


async def _exported(web: Web, name: str) -> bytes:
    answer = await (await web.browser(READER)).get(f"/cen/export.{name}")
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_the_base_is_one_database_of_related_tables(web: Web, tmp_path: Path) -> None:
    await web.stand.published(data(goods=[line(), line(quantity="2", product="live", unit="HEA")]))
    await web.stand.published(import_data("FR", "CO"))
    await web.stand.submitted()
    path = tmp_path / "a.sqlite"
    path.write_bytes(await _exported(web, "sqlite?heading=fauna_flora"))
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT member, occurred_on FROM cases").fetchall() == [("KE", "2024-03-01")]
        joined = "SELECT product, quantity, country FROM goods_whole ORDER BY line"
        assert database.execute(joined).fetchall() == [("ivory_raw", 512.5, "KE"), ("live", 2.0, "KE")]
        assert database.execute("SELECT word FROM words WHERE list = 'country' AND code = 'KE'").fetchall()


async def test_the_base_is_a_zip_that_access_imports(web: Web) -> None:
    await web.stand.published()
    archive = ZipFile(io.BytesIO(await _exported(web, "zip")))
    assert set(archive.namelist()) == {"cases.csv", "goods.csv", "route.csv", "codes.csv", "words.csv", "schema.ini"}
    schema = archive.read("schema.ini").decode("ascii")
    assert "[goods.csv]" in schema
    assert '"quantity" Double' in schema and '"occurred_on" DateTime' in schema
    rows = list(csv.DictReader(io.StringIO(archive.read("goods.csv").decode("utf-8-sig"))))
    assert [(row["product"], row["quantity"]) for row in rows] == [("ivory_raw", "512.5")]


async def test_a_feature_stands_in_the_middle_of_its_country_and_says_so(web: Web) -> None:
    await web.stand.published()
    found = json.loads(await _exported(web, "geojson"))
    (feature,) = found["features"]
    assert (found["type"], feature["geometry"]["type"]) == ("FeatureCollection", "Point")
    longitude, latitude = feature["geometry"]["coordinates"]
    assert 34 < longitude < 42 and -5 < latitude < 5
    assert (feature["properties"]["point"], feature["properties"]["country_word"]) == ("country", "Kenya")
    assert feature["properties"]["goods"][0]["quantity"] == "512.5"


@pytest.mark.parametrize("name", ["csv", "xlsx", "sqlite", "geojson", "zip"])
async def test_nothing_fits_is_an_export_too(web: Web, name: str) -> None:
    assert await _exported(web, f"{name}?heading=drugs")
