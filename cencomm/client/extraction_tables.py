"""The tables of an extraction, made from what the examination of the log found.

Extraction writes them and verification makes them again, so both use this one module: same rows, same files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from cencomm.client.bundle import TABLES
from cencomm.client.extraction_cover import cover_table
from cencomm.client.extraction_layout import Layout, column, sheet_name, titled
from cencomm.client.file_names import safe_name
from cencomm.client.verify_rows import EventRow, Examined, RecordRow
from cencomm.export import Cell, Column, Kind, Table
from cencomm.export.cites import Reported
from cencomm.export.derived import has_derived, with_derived
from cencomm.export.dictionary import dictionary_tables
from cencomm.export.forms import FormRow, as_json, form_tables
from cencomm.export.profiles import Profile, non_nominal_template
from cencomm.templates_forms.model import Answers, Template
from cencomm.wire.content import Chat, Form

HEAD = (
    column("seq", Kind.NUMBER, 8),
    column("officer"),
    column("name"),
    column("administration", width=8),
    column("device", width=24),
    column("server_time", Kind.TIME),
    column("sent_at", Kind.TIME),
    column("epoch", Kind.NUMBER, 8),
    column("standing"),
    column("client_ref"),
)
FORM_HEAD = (
    *HEAD,
    column("template"),
    column("version", width=8),
    column("valid", Kind.TRUTH, 8),
    column("findings", width=30),
    column("record_id"),
    column("replaces"),
    column("superseded_by", Kind.NUMBER, 8),
)
_CHAT = (
    *HEAD,
    column("language", width=8),
    column("text", width=60),
    column("reply_to"),
    column("attachments", width=40),
)
_EVENTS = (
    column("seq", Kind.NUMBER, 8),
    column("server_time", Kind.TIME),
    column("kind"),
    column("device", width=24),
    column("epoch", Kind.NUMBER, 8),
    column("standing"),
    column("says", width=40),
    column("event_hash", width=64),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999
"""The last millisecond that a calendar of four digits can name."""
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


_NOT_BELOW_FULL = frozenset({"name", "valid", "findings"})
"""Of the sender, his name; and what nobody can judge who has only a part of a form."""


def form_head(layout: Layout) -> tuple[Column, ...]:
    """What stands before the answers of each form."""
    columns = titled(FORM_HEAD, layout.language)
    return columns if layout.profile is Profile.FULL else _without_names(columns)


def _without_names(columns: Iterable[Column]) -> tuple[Column, ...]:
    return tuple([each for each in columns if each.key not in _NOT_BELOW_FULL])


def named_tables(found: Examined, layout: Layout) -> list[tuple[str, Table]]:
    """Each table with its file name without ending: cover, forms, chat, every event, data dictionary."""
    language = layout.language
    tables: list[tuple[str, Table]] = []
    shown: list[Template] = []
    for template in found.templates.values():
        visible = visible_template(template, layout)
        if visible is not None:
            shown.append(visible)
            tables += _form_tables(found, template, visible, layout)
    if layout.profile is Profile.FULL:
        unknown = _other_forms(found, language)
        if unknown.rows:
            tables.append(("unknown-template", unknown))
        chat = _chat_rows(found.records)
        tables.append(
            ("chat", Table(sheet_name("chat", language), titled(_CHAT, language), chat, "chat", ("seq",), "events"))
        )
    events = Table(
        sheet_name("events", language), titled(_EVENTS, language), _event_rows(found.events), "events", ("seq",)
    )
    tables.append(("events", events))
    return [("cover", cover_table(found, layout)), *tables, *[(t.key, t) for t in dictionary_tables(shown, language)]]


def visible_template(template: Template, layout: Layout) -> Template | None:
    """The template with the fields that the profile shows."""
    return template if layout.profile is Profile.FULL else non_nominal_template(template)


def _form_tables(found: Examined, template: Template, visible: Template, layout: Layout) -> list[tuple[str, Table]]:
    superseded = superseded_by(found.records)
    stem = stem_of(template)

    def forms() -> Iterator[FormRow]:
        for row in rows_of(found, template):
            head = form_cells(row, template, superseded, layout)
            yield FormRow(head, answers_of_row(row), partial(answers_shown, row, template, layout))

    made = form_tables(visible, form_head(layout), forms, layout.language, key=f"form.{stem}", parent="events")
    return [(stem if number == 0 else f"{stem}-{number}", table) for number, table in enumerate(made)]


def stem_of(template: Template) -> str:
    """The beginning of the names of a template's files."""
    return f"{template.id}-{template.version}-{template.hash.hex()[:8]}"


def rows_of(found: Examined, template: Template) -> Iterator[RecordRow]:
    """The records made with one version of a template."""
    for row in found.records:
        if isinstance(row.content, Form) and row.content.template_hash == template.hash:
            yield row


def answers_shown(row: RecordRow, template: Template, layout: Layout) -> Answers:
    """The answers of a form, with what follows from them."""
    answers = answers_of_row(row)
    if not has_derived(template):
        return answers
    return with_derived(template, answers, server_moment(row.at_ms), layout.language)


def server_moment(at_ms: int) -> datetime:
    """The server's time of an event: the `now` of whatever is judged or calculated for it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def reported(found: Examined) -> Iterator[Reported]:
    """Every form on a known template that nothing supersedes, and how its record is named."""
    superseded = superseded_by(found.records)
    for row in found.records:
        if isinstance(row.content, Form) and (row.officer, row.client_ref) not in superseded:
            template = found.templates.get(row.content.template_hash)
            if template is not None:
                yield template, row.content.record_id.hex(), row.content.answers


def csv_path(name: str) -> str:
    """The place of a table's CSV file in the bundle."""
    return f"{TABLES}/{_NOT_IN_FILE_NAMES.sub('_', name)}.csv"


def answers_of_row(row: RecordRow) -> dict[str, object]:
    assert isinstance(row.content, Form)
    return row.content.answers


def superseded_by(rows: Iterable[RecordRow]) -> Mapping[tuple[str, bytes], int]:
    """Which later form of the same officer replaces a record, by officer and client_ref of the replaced one."""
    return {
        (row.officer, row.content.replaces): row.seq
        for row in rows
        if isinstance(row.content, Form) and row.content.replaces is not None
    }


def _head(row: RecordRow) -> tuple[Cell, ...]:
    return (
        row.seq,
        row.officer,
        row.name,
        row.officer.partition("/")[0],
        row.device,
        calendar_time(row.at_ms),
        calendar_time(row.sent_at_ms),
        row.epoch,
        row.standing,
        row.client_ref.hex(),
    )


def form_cells(
    row: RecordRow, template: Template, superseded: Mapping[tuple[str, bytes], int], layout: Layout
) -> tuple[Cell, ...]:
    """The cells of `form_head`."""
    cells = _form_cells(row, template, superseded)
    if layout.profile is Profile.FULL:
        return cells
    return tuple([cell for head, cell in zip(FORM_HEAD, cells, strict=True) if head.key not in _NOT_BELOW_FULL])


def _form_cells(
    row: RecordRow, template: Template | None, superseded: Mapping[tuple[str, bytes], int]
) -> tuple[Cell, ...]:
    form = row.content
    assert isinstance(form, Form)
    findings = "; ".join(
        " ".join([each.level, each.rule, *([each.path] if each.path else [])]) for each in row.findings
    )
    return (
        *_head(row),
        form.template_id,
        form.version if template is None else str(template.version),
        None if row.valid is None else row.valid,
        findings,
        form.record_id.hex(),
        form.replaces.hex() if form.replaces is not None else None,
        superseded.get((row.officer, row.client_ref)),
    )


def _other_forms(found: Examined, language: str) -> Table:
    """Forms on a template that was never published: nothing is left out."""
    superseded = superseded_by(found.records)
    unknown = [
        row
        for row in found.records
        if isinstance(row.content, Form) and row.content.template_hash not in found.templates
    ]
    columns = titled((*FORM_HEAD, column("answers", width=60)), language)
    rows = [(*_form_cells(row, None, superseded), as_json(answers_of_row(row))) for row in unknown]
    return Table(sheet_name("unknown_template", language), columns, rows, "unknown_template", ("seq",), "events")


def _chat_rows(rows: Iterable[RecordRow]) -> Iterator[Sequence[Cell]]:
    for row in rows:
        if isinstance(row.content, Chat):
            reply = row.content.reply_to.hex() if row.content.reply_to is not None else None
            yield (*_head(row), row.content.lang, row.content.text, reply, _attachments(row.content))


def _attachments(chat: Chat) -> str | None:
    """Each file by name, size and the hash that names its ciphertext; the key stands in the record itself."""
    named = [f"{safe_name(file.name)} ({file.size}, {file.hash.hex()})" for file in chat.files]
    return "; ".join(named) or None


def _event_rows(rows: Iterable[EventRow]) -> Iterator[Sequence[Cell]]:
    for row in rows:
        yield (
            row.seq,
            calendar_time(row.at_ms),
            row.kind,
            row.device,
            row.epoch,
            row.standing,
            row.says,
            row.event_hash.hex(),
        )


def calendar_time(at_ms: int) -> Cell:
    """A sender may claim any time: what no calendar has stays a number, as text."""
    if at_ms == 0:
        return None
    return _EPOCH + timedelta(milliseconds=at_ms) if at_ms <= _LAST_MS else str(at_ms)
