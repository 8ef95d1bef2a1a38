"""The tables of an extraction, made from what the examination of the log found.

Extraction writes them and verification makes them again, so both use this one module: same rows, same files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cencomm.client.bundle import TABLES
from cencomm.client.verify_log import EventRow, Examined, RecordRow
from cencomm.export import Cell, Column, Kind, Table
from cencomm.export.forms import FormRow, form_tables
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Chat, Form

HEAD = (
    Column("seq", "No.", Kind.NUMBER, 8),
    Column("officer", "Officer"),
    Column("name", "Name"),
    Column("administration", "Administration", width=8),
    Column("device", "Device", width=24),
    Column("server_time", "Received (UTC)", Kind.TIME),
    Column("sent_at", "Sent (UTC, sender's clock)", Kind.TIME),
    Column("epoch", "Epoch", Kind.NUMBER, 8),
    Column("standing", "Standing"),
    Column("client_ref", "Reference"),
)
FORM_HEAD = (
    *HEAD,
    Column("template", "Template"),
    Column("version", "Version", width=8),
    Column("valid", "Valid", width=8),
    Column("findings", "Findings", width=30),
    Column("record_id", "Record"),
    Column("replaces", "Replaces"),
    Column("superseded_by", "Superseded by no.", Kind.NUMBER, 8),
)
_CHAT = (
    *HEAD,
    Column("language", "Language", width=8),
    Column("text", "Text", width=60),
    Column("reply_to", "Reply to"),
)
_EVENTS = (
    Column("seq", "No.", Kind.NUMBER, 8),
    Column("server_time", "Stored (UTC)", Kind.TIME),
    Column("kind", "Kind"),
    Column("device", "Device", width=24),
    Column("epoch", "Epoch", Kind.NUMBER, 8),
    Column("standing", "Standing"),
    Column("says", "What", width=40),
    Column("event_hash", "Hash", width=64),
)
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


def named_tables(found: Examined, language: str) -> list[tuple[str, Table]]:
    """Each table with its file name without ending: forms template by template, chat, then every event."""
    tables: list[tuple[str, Table]] = []
    superseded = _superseded(found.records)
    for template in found.templates.values():
        rows = [
            row for row in found.records if isinstance(row.content, Form) and row.content.template_hash == template.hash
        ]
        forms = [FormRow(_form_head(row, template, superseded), _answers(row)) for row in rows]
        stem = f"{template.id}-{template.version}-{template.hash.hex()[:8]}"
        made = form_tables(template, FORM_HEAD, lambda forms=forms: forms, language)  # type: ignore[misc]
        tables += [(stem if number == 0 else f"{stem}-{number}", table) for number, table in enumerate(made)]
    unknown = _other_forms(found, superseded)
    if unknown.rows:
        tables.append(("unknown-template", unknown))
    tables += [
        ("chat", Table("Chat", _CHAT, _chat_rows(found.records))),
        ("events", Table("Events", _EVENTS, _event_rows(found.events))),
    ]
    return tables


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
    findings = "; ".join(f"{each.level} {each.rule} {each.path}".rstrip() for each in row.findings)
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


def _other_forms(found: Examined, superseded: Mapping[tuple[str, bytes], int]) -> Table:
    """Forms on a template that was never published: nothing is left out."""
    unknown = [
        row
        for row in found.records
        if isinstance(row.content, Form) and row.content.template_hash not in found.templates
    ]
    columns = (*FORM_HEAD, Column("answers", "Answers", width=60))
    rows = [(*_form_head(row, None, superseded), _plain(_answers(row))) for row in unknown]
    return Table("Unknown template", columns, rows)


def _plain(answers: Mapping[str, object]) -> str:
    return "; ".join(f"{key}={value!r}" for key, value in sorted(answers.items()))


def _chat_rows(rows: Iterable[RecordRow]) -> Iterator[Sequence[Cell]]:
    for row in rows:
        if isinstance(row.content, Chat):
            reply = row.content.reply_to.hex() if row.content.reply_to is not None else None
            yield (*_head(row), row.content.lang, row.content.text, reply)


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


def _time(at_ms: int) -> datetime | None:
    return datetime.fromtimestamp(at_ms / 1000, UTC) if at_ms else None
