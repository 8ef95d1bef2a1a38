"""Tables for the CEN core: its own workbook and foreign tables by a mapping, read as answers of the simplified form.

The core takes nothing but rows and errors from here (`cen_core.edge.tables` says what it needs); whoever wires the
server hands this in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cencomm.bulk.apply import apply_mapping
from cencomm.bulk.layout import MAIN
from cencomm.bulk.mapping import MAPPINGS, document_of, load_mapping, shipped_mapping
from cencomm.bulk.rows import BulkRow, CellError, judged
from cencomm.bulk.tables import SourceRow, read_table
from cencomm.bulk.workbook import Filled, write_workbook
from cencomm.bulk.workbook_rows import FilledWorkbook, marked_sheets, read_workbook
from cencomm.export import Column, Table, write_xlsx
from cencomm.i18n import is_right_to_left
from cencomm.templates_forms.model import Template, standard
from cencomm.templates_forms.reading import Finding
from cencomm.templates_forms.validate import finding_message

FORM: Final = "simplified_seizure"
_LINE_WIDTH: Final = 8
_NOTE_WIDTH: Final = 60


@dataclass(frozen=True, slots=True)
class CoreTable:
    """One table, read and judged by the form's own rules. `errors` name the line of the file."""

    rows: Sequence[BulkRow]
    errors: Sequence[CellError]
    total: int
    _template: Template
    _workbook: FilledWorkbook | None
    _source: Sequence[SourceRow]

    def says(self, error: CellError, language: str) -> str:
        """The sentence of an error."""
        return finding_message(self._template, Finding(error.rule, "error", error.path), language)

    def write_marked(self, path: Path, notes: Iterable[tuple[int, str, str]], title: str, language: str) -> None:
        """A copy of the table as a workbook, each wrong cell marked; `notes` are (line, path in the form, sentence) of
        what the core found besides, `title` the head of the column that says it."""
        if self._workbook is not None:
            sheets = marked_sheets(self._workbook, self._template, language)
            main = sheets[MAIN]
            sheets[MAIN] = Filled(main.cells, main.keys, {**_places(main, notes), **main.notes})
            write_workbook(path, self._template, self._workbook.about.language, sheets)
            return
        said: dict[int, list[str]] = {}
        for error in self.errors:
            said.setdefault(error.line, []).append(f"{error.column or error.path}: {self.says(error, language)}")
        for line, _, sentence in notes:
            said.setdefault(line, []).append(sentence)
        headers = list(dict.fromkeys(header for row in self._source for header in row.cells))
        columns = (Column("line", "#", width=_LINE_WIDTH), Column("wrong", title, width=_NOTE_WIDTH))
        named = tuple(Column(f"column_{number}", header) for number, header in enumerate(headers))
        table = Table(title[:31], (*columns, *named), _copied(self._source, headers, said))
        write_xlsx(path, [table], right_to_left=is_right_to_left(language))


def _places(main: Filled, notes: Iterable[tuple[int, str, str]]) -> Mapping[tuple[int, int], str]:
    """Each note at its cell of the first sheet, or at the beginning of its row."""
    columns = {key: at for at, key in enumerate(main.keys, 1)}
    return {(line - 1, columns.get(path.partition("[")[0], 1)): sentence for line, path, sentence in notes}


def _copied(
    rows: Sequence[SourceRow], headers: Sequence[str], said: Mapping[int, Sequence[str]]
) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield (str(row.line), "\n".join(said.get(row.line, ())), *(row.cells.get(header, "") for header in headers))


class CoreTables:
    """Every way in which a table may come."""

    @property
    def mappings(self) -> tuple[tuple[str, str], ...]:
        """Names of the mappings that ship for the core's form, each with what it is for."""
        found = (document_of(shipped_mapping(name)) for name in MAPPINGS)
        return tuple((one.name, one.about) for one in found if one.template == FORM)

    def write_blank(self, path: Path, language: str) -> None:
        """The workbook to fill in."""
        write_workbook(path, standard(FORM), language)

    def read(self, path: Path, mapping: str) -> CoreTable:
        """The table; without a mapping it is the workbook.

        Raises:
            TableUnreadable, TableTooLarge, WorkbookOfOther, ColumnMissing, MappingUnknown.
        """
        template, now = standard(FORM), datetime.now(UTC)
        if not mapping:
            workbook = read_workbook(path, template, now=now)
            found = workbook.judged
            return CoreTable(found.rows, found.errors, found.total, template, workbook, ())
        rules = load_mapping(shipped_mapping(mapping), template)
        source = list(read_table(path, rules.form, [column.header for column in rules.columns.values()]))
        found = judged(apply_mapping(rules, source, now=now))
        return CoreTable(found.rows, found.errors, found.total, template, None, source)
