"""Tables as the Python side writes them, to hold the browser's against.

Reads {"do": "cases", "bad": [line, …]}; writes hostile texts, a template, and forms of it, right and spoilt.
Reads {"do": "compare", "folder": path, …}; writes what differs between the files there and its own.
"""

from __future__ import annotations

import json
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from python_calamine import CalamineWorkbook

from cencomm.export import Cell, Column, Kind, Table, write_csv, write_xlsx
from cencomm.export.dictionary import dictionary_tables
from cencomm.export.forms import FormRow, form_tables
from cencomm.i18n import is_right_to_left
from cencomm.templates_forms.model import STANDARD, standard
from cencomm.templates_forms.samples import sample_records
from tests.unit.export.hostile import HOSTILE

sys.path.insert(0, str(Path(__file__).parent))
from judging_peer import spoilt

HEAD = (Column("seq", "No.", Kind.NUMBER, 8), Column("name", "Name"))


def cases(bad: list[str]) -> Any:
    source = Random(11)  # noqa: S311  the same forms in every run
    forms = [sample.answers for sample in sample_records(6)]
    forms += [spoilt(answers, source) for answers in forms for _ in range(15)]
    texts = [*HOSTILE, *bad]
    forms += [{"remarks": text, text: "a field that the template does not have"} for text in texts]
    documents = {name: standard(name).encode().decode() for name in STANDARD}
    return {"texts": texts, "documents": documents, "forms": forms}


def compare(
    folder: str, language: str, cells: list[list[Any]], titles: list[str], names: list[str], forms: list[Any]
) -> Any:
    """`cells` fill one table, `titles` stand over the columns of another, `names` over one empty table each; `forms`
    fill those of the template."""
    own = Path(folder) / "python"
    own.mkdir()
    kinds = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.TIME)
    columns = tuple(Column(kind.value, kind.value, kind) for kind in kinds)
    tables = [Table("cells", columns, [[_cell(value) for value in row] for row in cells])]
    tables.append(Table("titles", tuple(Column("key", title) for title in titles), []))
    tables += [Table(name, (Column("key", name),), []) for name in names]
    rows = [FormRow((number, f"={number}"), answers) for number, answers in enumerate(forms, start=1)]
    tables += form_tables(standard("simplified_seizure"), HEAD, rows.__iter__, language)
    tables += dictionary_tables([standard(name) for name in STANDARD], language)
    prose = (Column("says", "", width=32), Column("value", "", width=100))
    tables.append(Table("prose", prose, [(title, title) for title in titles if title], is_list=False))
    kept = [Table(table.name, table.columns, list(table.rows), is_list=table.is_list) for table in tables]
    for number, table in enumerate(kept):
        write_csv(own / f"{number}.csv", table)
    write_xlsx(own / "book.xlsx", kept, right_to_left=is_right_to_left(language))
    given = Path(folder)
    differing = [
        number
        for number in range(len(kept))
        if (given / f"{number}.csv").read_bytes() != (own / f"{number}.csv").read_bytes()
    ]
    return {"csv": differing, "tables": len(kept), **_books(given / "book.xlsx", own / "book.xlsx")}


def _books(given: Path, own: Path) -> dict[str, Any]:
    theirs, ours = CalamineWorkbook.from_path(str(given)), CalamineWorkbook.from_path(str(own))
    differing = [
        name
        for name in ours.sheet_names
        if name not in theirs.sheet_names
        or theirs.get_sheet_by_name(name).to_python() != ours.get_sheet_by_name(name).to_python()
    ]
    with zipfile.ZipFile(given) as archive:
        damaged = archive.testzip()
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/")]
    return {
        "sheets": differing,
        "same_names": theirs.sheet_names == ours.sheet_names,
        "damaged": damaged,
        "active": sum(sheet.count(word) for sheet in sheets for word in ("<f>", "<f ", "<hyperlink", "<r>")),
        "right_to_left": sum('rightToLeft="1"' in sheet for sheet in sheets),
        "frozen": sum('state="frozen"' in sheet for sheet in sheets),
        "filters": sum("<autoFilter " in sheet for sheet in sheets),
        "count": len(sheets),
    }


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        if "decimal" in value:
            return Decimal(value["decimal"])
        if "day" in value:
            return date.fromisoformat(value["day"])
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value["moment"])
    assert value is None or isinstance(value, str | int | bool)
    return value


def main() -> None:
    asked = json.load(sys.stdin)
    answer = {"cases": cases, "compare": compare}[asked.pop("do")]
    json.dump(answer(**asked), sys.stdout)


if __name__ == "__main__":
    main()
