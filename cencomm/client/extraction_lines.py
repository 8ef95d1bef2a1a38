"""Records one by one, for JSON Lines and GeoJSON: what is known of each, its answers, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cencomm.client.extraction_layout import Layout
from cencomm.client.extraction_tables import (
    answers_of_row,
    csv_path,
    form_cells,
    form_head,
    named_tables,
    rows_of,
    server_moment,
    stem_of,
    superseded_by,
    visible_template,
)
from cencomm.client.verify_rows import Examined, RecordRow
from cencomm.export import Table
from cencomm.export.geojson import feature, points_of, position
from cencomm.export.json_lines import ANSWERS, DERIVED, form_schema, head_members, table_lines, table_schema
from cencomm.templates_forms.calculation import derived_values
from cencomm.templates_forms.model import Template

JsonFile = tuple[str, Mapping[str, object], Iterable[Mapping[str, object]]]
"""Name without ending, schema, and one object for each line."""
_TALK = frozenset({"chat", "unknown-template"})


def json_files(found: Examined, layout: Layout, tables: Iterable[tuple[str, Table]]) -> Iterator[JsonFile]:
    """Forms template by template with their answers as they nest, then the rows of `tables` as they are."""
    flat = list(tables)
    if not flat:
        for template in found.templates.values():
            visible = visible_template(template, layout)
            if visible is not None:
                schema = form_schema(visible, form_head(layout), layout.language)
                yield _name(stem_of(template)), schema, form_lines(found, template, layout)
        flat = [(name, table) for name, table in named_tables(found, layout) if name in _TALK]
    for name, table in flat:
        yield _name(name), table_schema(table.name, table.columns), table_lines(table.columns, table.rows)


def _name(stem: str) -> str:
    return csv_path(stem).rpartition("/")[2].removesuffix(".csv")


def form_lines(found: Examined, template: Template, layout: Layout) -> Iterator[Mapping[str, object]]:
    """One object for each form made with this version of a template."""
    superseded = superseded_by(found.records)
    for row in rows_of(found, template):
        head = dict(head_members(form_head(layout), form_cells(row, template, superseded, layout)))
        yield head | _said(row, template, layout)


def _said(row: RecordRow, template: Template, layout: Layout) -> dict[str, object]:
    answers = answers_of_row(row)
    found = derived_values(template, answers, now=server_moment(row.at_ms), language=layout.language)
    return {ANSWERS: answers} | ({DERIVED: found} if found else {})


def features(found: Examined, layout: Layout) -> Iterator[str]:
    """A feature for each form whose template asks for a point; the first point is the form's place."""
    superseded = superseded_by(found.records)
    for template in found.templates.values():
        points = points_of(template)
        for row in rows_of(found, template) if points else ():
            head = dict(head_members(form_head(layout), form_cells(row, template, superseded, layout)))
            said = _said(row, template, layout)
            yield feature(head | said, position(answers_of_row(row), points[0]))
