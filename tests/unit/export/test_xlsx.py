"""A workbook holds exactly what went in: read back with another library, nothing is a formula, nothing is lost."""

import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineWorkbook

from cencomm.export.table import Cell, Column, Kind, Table
from cencomm.export.xlsx import LONG_TEXT, write_xlsx
from tests.unit.export.hostile import HOSTILE, bad_lines

TEXT = (Column("text", "Text"),)


def _texts(path: Path, sheet: str = "texts") -> list[str]:
    """The first column, with long texts put together again."""
    book = CalamineWorkbook.from_path(str(path))
    long_texts: dict[int, str] = {}
    if LONG_TEXT in book.sheet_names:
        for number, _piece, part in book.get_sheet_by_name(LONG_TEXT).to_python(skip_empty_area=False)[1:]:
            long_texts[int(float(str(number)))] = long_texts.get(int(float(str(number))), "") + _plain(str(part))
    found: list[str] = []
    for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[1:]:
        text = _plain(str(row[0]))
        reference = re.fullmatch(rf"\[{LONG_TEXT} (\d+)\]", text)
        found.append(long_texts[int(reference.group(1))] if reference else text)
    return found


def _plain(text: str) -> str:
    """Undo the two of ECMA-376's `_xHHHH_` that the reading library leaves in."""
    return text.replace("_xFFFE_", "\ufffe").replace("_xFFFF_", "\uffff")


def _xml(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/"))


def _write_texts(path: Path, texts: list[str]) -> None:
    write_xlsx(path, [Table("texts", TEXT, ([text] for text in texts))])


def test_hostile_text_round_trips_and_is_inert(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    _write_texts(path, list(HOSTILE))
    assert _texts(path) == list(HOSTILE)
    assert "<f>" not in _xml(path)
    assert "<hyperlink" not in _xml(path)


def test_the_collections_of_bad_input_round_trip_and_are_inert(tmp_path: Path) -> None:
    lines = bad_lines()
    path = tmp_path / "book.xlsx"
    _write_texts(path, lines)
    assert _texts(path) == lines
    assert "<f>" not in _xml(path)


def test_numbers_dates_and_moments_keep_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    moment = datetime(2016, 2, 29, 23, 5, tzinfo=UTC)
    row: list[Cell] = [
        Decimal("12.5"),
        date(2016, 2, 29),
        moment,
        True,
        Decimal("1234567890.1234567890"),
        date(1899, 1, 1),
        None,
    ]
    columns = tuple(Column(f"c{number}", f"C{number}", Kind.TEXT) for number in range(len(row)))
    write_xlsx(path, [Table("kinds", columns, [row])])
    read = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("kinds").to_python(skip_empty_area=False)[1]
    assert read[:4] == [12.5, date(2016, 2, 29), moment.replace(tzinfo=None), True]
    assert read[4:6] == ["1234567890.1234567890", "1899-01-01"]


def test_sheet_names_are_made_valid_and_unique(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    names = ["a/b", "a:b", "x" * 40, "X" * 40, "", LONG_TEXT]
    write_xlsx(path, [Table(name, TEXT, [["1"]]) for name in names])
    found = CalamineWorkbook.from_path(str(path)).sheet_names
    assert found == ["a b", "a b 2", "x" * 31, "X" * 29 + " 2", "Sheet", f"{LONG_TEXT} 2"]


def test_right_to_left_and_progress(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    told: list[int] = []
    write_xlsx(path, [Table("t", TEXT, [["س"]])], right_to_left=True, on_progress=told.append)
    assert 'rightToLeft="1"' in _xml(path)
    assert told == [1]


def test_a_number_that_a_double_would_round_stays_text(tmp_path: Path) -> None:
    long = ["0.1000000000000000000000000000000001", "0.0000000000000000000000000000000001", "1234567890123456"]
    path = tmp_path / "book.xlsx"
    table = Table("numbers", (Column("n", "N", Kind.NUMBER),), [[Decimal(text)] for text in [*long, "123456789012345"]])
    write_xlsx(path, [table])
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("numbers").to_python()[1:]
    assert [row[0] for row in rows] == [*long, 123456789012345.0]


def test_what_excels_calendar_lacks_stays_text(tmp_path: Path) -> None:
    early = datetime(1024, 5, 1, tzinfo=UTC)
    path = tmp_path / "book.xlsx"
    write_xlsx(path, [Table("times", (Column("t", "T", Kind.TIME),), [[early], [date(1900, 2, 28)]])])
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("times").to_python()[1:]
    assert [row[0] for row in rows] == ["1024-05-01T00:00:00+00:00", "1900-02-28"]


def test_a_templates_words_cannot_break_the_workbook(tmp_path: Path) -> None:
    hostile = ["<r><t>x</t></r>", "\U0001f600" * 40, "\x01\x1f", "=1+1"]
    path = tmp_path / "book.xlsx"
    write_xlsx(path, [Table(text, (Column("key", text),), []) for text in hostile])
    book = CalamineWorkbook.from_path(str(path))
    assert len(book.sheet_names) == len(hostile) + 1
    titles = [book.get_sheet_by_name(name).to_python()[0][0] for name in book.sheet_names[:-1]]
    assert titles == [f"[{LONG_TEXT} 1]", *hostile[1:]]
