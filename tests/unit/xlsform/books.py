"""Workbooks of forms, made row by row; the real ones of other projects; and what pyxform says of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert
from xlsxwriter import Workbook

from cencomm.errors import DomainError
from cencomm.xlsform.convert import Imported, import_form
from tests.shared_data import shared_path

Rows = Sequence[Mapping[str, str]]


def made(path: Path, survey: Rows, choices: Rows = (), **settings: str) -> Path:
    """A workbook with these rows; the headers are the keys of all of them, in the order in which they come."""
    sheets = {"survey": survey, "choices": choices, "settings": [settings] if settings else []}
    return written(path, {name: table(rows) for name, rows in sheets.items() if rows})


def table(rows: Rows) -> list[list[str]]:
    header = list(dict.fromkeys(key for row in rows for key in row))
    return [header, *([row.get(key, "") for key in header] for row in rows)]


def written(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> Path:
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, [cell or None for cell in row])
    return path


class Books:
    """Forms in one folder: each is made, and read."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "form.xlsx"

    def read(self, survey: Rows, choices: Rows = (), language: str = "en", **settings: str) -> Imported:
        return import_form(made(self.path, survey, choices, **settings), language=language)

    def both(self, survey: Rows, choices: Rows = (), **settings: str) -> tuple[str, bool]:
        """The code with which we refuse the form (nothing: it is taken), and whether pyxform refuses it."""
        made(self.path, survey, choices, **settings)
        sheets = {"survey": survey, "choices": choices, "settings": [settings] if settings else []}
        return code_of(self.path), pyxform_refuses(
            {name: [dict(row) for row in rows] for name, rows in sheets.items() if rows}
        )


def code_of(path: Path) -> str:
    try:
        import_form(path)
    except DomainError as error:
        return error.code
    return ""


def pyxform_refuses(form: str | dict[str, list[Mapping[str, str]]]) -> bool:
    """Of a file, or of the rows of its sheets."""
    try:
        convert(xlsform=form, validate=False)
    except PyXFormError:
        return True
    return False


@cache
def real_forms() -> Mapping[str, Path]:
    return {path.name: path for path in sorted(shared_path("data", "xlsforms").glob("*.xls*"))}


@cache
def real_form(name: str) -> Imported:
    """Read once for all tests of this process."""
    return import_form(real_forms()[name])


def verdicts() -> Mapping[str, bool]:
    """Whether pyxform takes each of the real forms, as the index beside them has it."""
    lines = shared_path("data", "xlsforms", "INDEX.tsv").read_text(encoding="utf-8").splitlines()
    header, *rows = (line.split("\t") for line in lines)
    name, verdict = header.index("file"), header.index("pyxform_4.5.0")
    return {row[name]: row[verdict].startswith("ok") for row in rows}


def values(found: Imported, kind: str) -> list[tuple[int, str, str, str]]:
    return [(note.row, note.column, note.value, note.instead) for note in found.notes if note.kind == kind]


def text(name: str, **cells: str) -> dict[str, str]:
    """A row with a question for text."""
    return {"type": "text", "name": name, "label": name, **cells}
