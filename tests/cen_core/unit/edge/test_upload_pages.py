"""Tables on a page.

UP-01 a filled-in workbook is looked at without a trace, entered whole, validated by another, undone
UP-02 where one cell is wrong, nothing is stored, and every wrong cell is named and marked in the returned copy
UP-03 a table that is hostile, damaged or another's is refused with nothing stored
UP-04 a row that resembles a case is shown and not left out
UP-05 free text enters on the contact point's word only, and a name never
UP-06 another member sees neither the log nor the upload
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it brings no types

from cencomm.bulk.core_tables import CoreTables
from cencomm.bulk.layout import MAIN
from cencomm.templates_forms.samples import sample_records
from tests.cen_core.unit.edge.web import Browser, Web, text_of
from tests.cen_core.world import FOREIGNER, NCP, OFFICER
from tests.unit.bulk.filling import fill

PAGE = "/cen/uploads"
KENYAN = [sample.answers for sample in sample_records(40, seed=5) if sample.administration == "KE"]


def workbook(folder: Path, *records: dict[str, Any]) -> tuple[str, bytes]:
    """The blank workbook with these records filled in."""
    path = folder / "march.xlsx"
    CoreTables().write_blank(path, "en")
    mains = [
        {"#RECORD": number, **{key: value for key, value in one.items() if key != "item"}}
        | {"sharing_targets": "; ".join(one["sharing_targets"])}
        for number, one in enumerate(records, 1)
    ]
    items = [{"#RECORD": number, **item} for number, one in enumerate(records, 1) for item in one["item"]]
    return path.name, fill(path, {MAIN: mains, "item": items}).read_bytes()


async def send(browser: Browser, do: str, file: tuple[str, bytes] | None, **fields: str) -> Any:
    return await browser.send_file(PAGE, {"do": do, "mapping": "", "name": "", **fields}, file)


async def test_up_01_looked_at_entered_validated_undone(web: Web, tmp_path: Path) -> None:
    officer, contact_point = await web.browser(OFFICER), await web.browser(NCP)
    table = workbook(tmp_path, *KENYAN)
    before = await web.counts()
    seen = await send(officer, "check", table)
    assert (seen.status_code, "Nothing is wrong and nothing was stored" in text_of(seen)) == (200, True)
    assert await web.counts() == before
    done = await send(officer, "upload", table)
    assert f"Entered: {len(KENYAN)} cases." in text_of(done)
    assert "march.xlsx" in text_of(done)
    (upload,) = await web.stand.core.upload_log(OFFICER)
    again = await send(officer, "upload", table)
    assert f"Left out as duplicates: {len(KENYAN)}" in text_of(again)
    judged = await contact_point.send(f"{PAGE}/{upload.upload_id}/validate", {}, page=PAGE)
    assert (judged.status_code, judged.headers["location"]) == (303, PAGE)
    assert (await web.counts())["cen_facts"] == len(KENYAN)
    await contact_point.send(f"{PAGE}/{upload.upload_id}/undo", {}, page=PAGE)
    assert (await web.counts())["cen_facts"] == 0
    assert "Undone" in text_of(await officer.get(PAGE))
    twice = await contact_point.send(f"{PAGE}/{upload.upload_id}/undo", {}, page=PAGE)
    assert twice.status_code == 409


async def test_up_02_one_wrong_cell_keeps_all_out_and_is_marked(web: Web, tmp_path: Path) -> None:
    officer = await web.browser(OFFICER)
    table = workbook(
        tmp_path, KENYAN[0], KENYAN[1] | {"detection_method": "guess"}, KENYAN[2] | {"offence_country": "FR"}
    )
    before = await web.counts()
    refused = await send(officer, "upload", table)
    assert refused.status_code == 422
    assert "4 " in text_of(refused) and "5 " in text_of(refused)
    copy = await send(officer, "marked", table)
    assert copy.headers["content-disposition"] == 'attachment; filename="marked.xlsx"'
    sheet = load_workbook(BytesIO(copy.content))[load_workbook(BytesIO(copy.content)).sheetnames[0]]
    marked = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment and cell.row in (4, 5)}
    assert marked, "the wrong cells have notes"
    assert await web.counts() == before


async def test_up_02_a_mapped_table_is_returned_with_its_errors(web: Web) -> None:
    officer = await web.browser(OFFICER)
    header = "Column,Other\n"
    refused = await send(officer, "check", ("t.csv", header.encode()), mapping="us_cbp")
    assert refused.status_code == 422
    assert "column" in text_of(refused).lower()


def _bomb() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", compression=8) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", '<row r="9999999"/>' + " " * 3_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    "content", [b"MZ\x90", b"PK\x03\x04damaged", _bomb(), b"\x00" * 1_000, b"=cmd|' /C calc'!A0"], ids=range(5)
)
async def test_up_03_hostile_tables_are_refused(web: Web, content: bytes) -> None:
    officer = await web.browser(OFFICER)
    before = await web.counts()
    for do in ("check", "upload", "marked"):
        refused = await send(officer, do, ("x.xlsx", content))
        assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    assert await web.counts() == before


@pytest.mark.parametrize(
    ("fields", "file", "status"),
    [
        ({"do": "fly"}, ("a.xlsx", b"x"), 400),
        ({"do": "check"}, None, 422),
        ({"do": "check", "mapping": "../../etc"}, ("a.csv", b"x"), 422),
    ],
    ids=["unknown deed", "no file", "unknown mapping"],
)
async def test_up_03_odd_forms(web: Web, fields: dict[str, str], file: tuple[str, bytes] | None, status: int) -> None:
    officer = await web.browser(OFFICER)
    before = await web.counts()
    refused = await officer.send_file(PAGE, {"mapping": "", "name": "", **fields}, file)
    assert refused.status_code == status
    assert await web.counts() == before


async def test_up_04_a_row_that_resembles_a_case_is_shown(web: Web, tmp_path: Path) -> None:
    officer, contact_point = await web.browser(OFFICER), await web.browser(NCP)
    await send(officer, "upload", workbook(tmp_path, KENYAN[0]))
    (upload,) = await web.stand.core.upload_log(OFFICER)
    await contact_point.send(f"{PAGE}/{upload.upload_id}/validate", {}, page=PAGE)
    again = [KENYAN[0] | {"national_case_ref": ref} for ref in ("OTHER-1", "OTHER-2")]
    seen = await send(officer, "check", workbook(tmp_path, *again))
    assert "Line 3 resembles this case" in text_of(seen)
    assert "This would enter 2 cases and leave out 0 duplicates" in text_of(seen)


async def test_up_05_a_number_among_the_answers_is_kept_back(web: Web, tmp_path: Path) -> None:
    officer = await web.browser(OFFICER)
    before = await web.counts()
    named = KENYAN[0] | {"operation_code": "REF-1234", "national_case_ref": "REF-1234"}
    refused = await send(officer, "upload", workbook(tmp_path, named))
    assert refused.status_code == 422
    assert "can lead to a person" in text_of(refused)
    assert await web.counts() == before


async def test_up_06_another_member_sees_nothing(web: Web, tmp_path: Path) -> None:
    officer, foreigner = await web.browser(OFFICER), await web.browser(FOREIGNER)
    await send(officer, "upload", workbook(tmp_path, KENYAN[0]))
    (upload,) = await web.stand.core.upload_log(OFFICER)
    assert "march.xlsx" not in text_of(await foreigner.get(PAGE))
    before = await web.counts()
    refused = await foreigner.send(f"{PAGE}/{upload.upload_id}/undo", {}, page=PAGE)
    assert refused.status_code == 404
    assert await web.counts() == before


async def test_the_blank_workbook_is_in_the_readers_language(web: Web) -> None:
    officer = await web.browser(OFFICER)
    blank = await officer.get(f"{PAGE}/blank.xlsx", **{"Accept-Language": "fr"})
    assert blank.headers["content-type"].endswith("sheet")
    assert load_workbook(BytesIO(blank.content)).sheetnames
