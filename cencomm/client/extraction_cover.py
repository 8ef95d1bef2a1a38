"""The cover of an extraction: what it is, what it leaves out, which marking binds it, and what it was made from."""

from __future__ import annotations

from collections.abc import Iterator

from cencomm.client.extraction_layout import Layout, column, sheet_name, titled
from cencomm.client.verify_rows import Examined
from cencomm.export import Table
from cencomm.export.profiles import MARKINGS, marking_of, strictest
from cencomm.i18n import message
from cencomm.wire.content import Form

_COLUMNS = (column("says", width=32), column("value", width=100))


def cover_table(found: Examined, layout: Layout) -> Table:
    """What is said about the whole, a line each."""
    return Table(
        sheet_name("cover", layout.language),
        titled(_COLUMNS, layout.language),
        [(message(f"text.cover.{key}", {}, layout.language), value) for key, value in _lines(found, layout) if value],
        "cover",
        is_list=False,
    )


def _lines(found: Examined, layout: Layout) -> Iterator[tuple[str, str]]:
    """Key of the line, and what it says."""

    def says(key: str, **facts: str | int) -> str:
        return message(f"text.cover.{key}", facts, layout.language)

    yield "operation", found.title
    yield "code", found.operation_code
    yield "scope", says(f"scope.{layout.profile}")
    yield "handling", _handling(strictest_marking(found), layout.language)
    if found.withheld:
        yield "withheld", says("withheld_records", records=found.withheld)
    yield "extracted_by", layout.extracted_by
    yield "up_to", says("up_to_event", seq=found.events[-1].seq) if found.events else ""
    yield "records", str(len(found.records))
    yield "forms", str(found.forms)
    if found.unopened:
        yield "unopened", str(found.unopened)
    yield "basis", layout.basis
    yield "check", says("how_to_check")


def strictest_marking(found: Examined) -> str:
    """Of all forms that the extraction holds."""
    return strictest(
        marking_of(template, row.content.answers)
        for row in found.records
        if isinstance(row.content, Form) and (template := found.templates.get(row.content.template_hash)) is not None
    )


def _handling(marking: str, language: str) -> str:
    if marking not in MARKINGS:
        return message("text.cover.unmarked", {}, language)
    return message("text.cover.marked", {"marking": f"TLP:{marking.upper().replace('_', '+')}"}, language)
