"""The tables of an extraction for statistics: nobody in them, neither who reported nor of whom.

One row for each record in its newest version, under a running number that leads back to nothing, with the fields that
the template lets into the global core; and a table of how often each answer stands that enters only as a count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cencomm.client.extraction_cover import cover_table
from cencomm.client.extraction_layout import Layout, column, sheet_name, titled
from cencomm.client.extraction_tables import answers_of_row, rows_of, server_moment, stem_of, superseded_by
from cencomm.client.verify_rows import Examined, RecordRow
from cencomm.export import Cell, Kind, Table
from cencomm.export.derived import with_derived
from cencomm.export.dictionary import dictionary_tables
from cencomm.export.forms import FormRow, form_tables
from cencomm.export.profiles import counts, statistical_answers, statistical_template
from cencomm.templates_forms.model import Template

_HEAD = (column("record", Kind.NUMBER, 8), column("administration", width=8))
_COUNTED = (
    column("template"),
    column("version", Kind.NUMBER, 8),
    column("field", width=24),
    column("label", width=36),
    column("code", width=20),
    column("word", width=36),
    column("count", Kind.NUMBER, 10),
)


def statistical_tables(found: Examined, layout: Layout) -> list[tuple[str, Table]]:
    """Each table with its file name without ending; `found` holds public parts only."""
    tables: list[tuple[str, Table]] = [("cover", cover_table(found, layout))]
    shown: list[Template] = []
    for template in found.templates.values():
        visible = statistical_template(template)
        if visible is not None:
            shown.append(visible)
            tables += _form_tables(found, template, visible, layout)
    counted = Table(
        sheet_name("counts", layout.language),
        titled(_COUNTED, layout.language),
        _count_rows(found, layout.language),
        "counts",
    )
    return [*tables, ("counts", counted), *[(each.key, each) for each in dictionary_tables(shown, layout.language)]]


def _form_tables(found: Examined, template: Template, visible: Template, layout: Layout) -> list[tuple[str, Table]]:
    def forms() -> Iterator[FormRow]:
        for number, row in enumerate(_current(found, template), start=1):
            answers = with_derived(template, answers_of_row(row), server_moment(row.at_ms), layout.language)
            head = (number, row.officer.partition("/")[0])
            yield FormRow(head, statistical_answers(template, answers))

    stem = stem_of(template)
    made = form_tables(visible, titled(_HEAD, layout.language), forms, layout.language, key=f"form.{stem}")
    return [(stem if number == 0 else f"{stem}-{number}", table) for number, table in enumerate(made)]


def _current(found: Examined, template: Template) -> Iterator[RecordRow]:
    superseded = superseded_by(found.records)
    return (row for row in rows_of(found, template) if (row.officer, row.client_ref) not in superseded)


def _count_rows(found: Examined, language: str) -> Iterator[list[Cell]]:
    for template in found.templates.values():
        total: Counter[tuple[str, str]] = Counter()
        for row in _current(found, template):
            total.update(counts(template, answers_of_row(row)))
        for (key, code), number in sorted(total.items()):
            field = template.fields[key]
            word = template.code_word(field.code_list, code, language) if field.code_list else code
            yield [template.id, template.version, key, template.label(key, language), code, word, number]
