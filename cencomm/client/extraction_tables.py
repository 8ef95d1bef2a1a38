"""The tables of an extraction, made from what the examination of the log found.

Extraction writes them and verification makes them again, so both use this one module: same rows, same files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cencomm.client.bundle import TABLES
from cencomm.client.file_names import safe_name
from cencomm.client.verify_rows import EventRow, Examined, RecordRow
from cencomm.export import Cell, Column, Kind, Table
from cencomm.export.forms import FormRow, as_json, form_tables
from cencomm.i18n import message
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Chat, Form


def _column(key: str, kind: Kind = Kind.TEXT, width: int = 18) -> Column:
    """A column whose title `_titled` fills in."""
    return Column(key, "", kind, width)


HEAD = (
    _column("seq", Kind.NUMBER, 8),
    _column("officer"),
    _column("name"),
    _column("administration", width=8),
    _column("device", width=24),
    _column("server_time", Kind.TIME),
    _column("sent_at", Kind.TIME),
    _column("epoch", Kind.NUMBER, 8),
    _column("standing"),
    _column("client_ref"),
)
FORM_HEAD = (
    *HEAD,
    _column("template"),
    _column("version", width=8),
    _column("valid", width=8),
    _column("findings", width=30),
    _column("record_id"),
    _column("replaces"),
    _column("superseded_by", Kind.NUMBER, 8),
)
_CHAT = (
    *HEAD,
    _column("language", width=8),
    _column("text", width=60),
    _column("reply_to"),
    _column("attachments", width=40),
)
_EVENTS = (
    _column("seq", Kind.NUMBER, 8),
    _column("server_time", Kind.TIME),
    _column("kind"),
    _column("device", width=24),
    _column("epoch", Kind.NUMBER, 8),
    _column("standing"),
    _column("says", width=40),
    _column("event_hash", width=64),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999
"""The last millisecond that a calendar of four digits can name."""
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


def named_tables(found: Examined, language: str) -> list[tuple[str, Table]]:
    """Each table with its file name without ending: forms template by template, chat, then every event."""
    tables: list[tuple[str, Table]] = []
    form_head = _titled(FORM_HEAD, language)
    superseded = _superseded(found.records)
    for template in found.templates.values():
        rows = [
            row for row in found.records if isinstance(row.content, Form) and row.content.template_hash == template.hash
        ]
        forms = [FormRow(_form_head(row, template, superseded), _answers(row)) for row in rows]
        stem = f"{template.id}-{template.version}-{template.hash.hex()[:8]}"
        made = form_tables(template, form_head, forms.__iter__, language)
        tables += [(stem if number == 0 else f"{stem}-{number}", table) for number, table in enumerate(made)]
    unknown = _other_forms(found, superseded, language)
    if unknown.rows:
        tables.append(("unknown-template", unknown))
    tables += [
        ("chat", Table(_sheet("chat", language), _titled(_CHAT, language), _chat_rows(found.records))),
        ("events", Table(_sheet("events", language), _titled(_EVENTS, language), _event_rows(found.events))),
    ]
    return tables


def _titled(columns: Iterable[Column], language: str) -> tuple[Column, ...]:
    return tuple([replace(column, title=message(f"text.column.{column.key}", {}, language)) for column in columns])


def _sheet(key: str, language: str) -> str:
    return message(f"text.sheet.{key}", {}, language)


def csv_path(name: str) -> str:
    """The place of a table's CSV file in the bundle."""
    return f"{TABLES}/{_NOT_IN_FILE_NAMES.sub('_', name)}.csv"


def csv_file(folder: Path, name: str) -> Path:
    return folder / csv_path(name)


def _answers(row: RecordRow) -> dict[str, object]:
    assert isinstance(row.content, Form)
    return row.content.answers


def _superseded(rows: Iterable[RecordRow]) -> Mapping[tuple[str, bytes], int]:
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
        _time(row.at_ms),
        _time(row.sent_at_ms),
        row.epoch,
        row.standing,
        row.client_ref.hex(),
    )


def _form_head(
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


def _other_forms(found: Examined, superseded: Mapping[tuple[str, bytes], int], language: str) -> Table:
    """Forms on a template that was never published: nothing is left out."""
    unknown = [
        row
        for row in found.records
        if isinstance(row.content, Form) and row.content.template_hash not in found.templates
    ]
    columns = _titled((*FORM_HEAD, _column("answers", width=60)), language)
    rows = [(*_form_head(row, None, superseded), as_json(_answers(row))) for row in unknown]
    return Table(_sheet("unknown_template", language), columns, rows)


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
            _time(row.at_ms),
            row.kind,
            row.device,
            row.epoch,
            row.standing,
            row.says,
            row.event_hash.hex(),
        )


def _time(at_ms: int) -> Cell:
    """A sender may claim any time: what no calendar has stays a number, as text."""
    if at_ms == 0:
        return None
    return _EPOCH + timedelta(milliseconds=at_ms) if at_ms <= _LAST_MS else str(at_ms)
