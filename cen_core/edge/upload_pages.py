"""Many cases from a table, on a page: a look first, all or nothing, a copy with the errors marked, the log, undoing.

The page holds nothing between two requests: a table is sent each time, and what is only looked at is stored nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

from starlette.responses import RedirectResponse, Response

from cen_core.api import Row, project
from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.rendering import field_name, sentence, shown
from cen_core.edge.requests import one
from cen_core.edge.tables import ReadTable, TableRow
from cen_core.edge.words import Words
from cen_core.errors import CenError, RequestMalformed, UploadRefused
from cen_core.model.principal import Principal, Role
from cen_core.model.projection import column_of
from cen_core.model.upload import CellError, DryRun, Upload, UploadState
from cen_core.services import access
from cen_core.services.access import Resource
from cencomm.errors import DomainError
from cencomm.i18n import translate

MAX_LOG: Final = 100
MAX_SHOWN: Final = 100
"""Errors, and likely duplicates, that the page names; the marked copy has all."""
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEE_OTHER: Final = 303
UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True)
class Wrong:
    """One error as the page says it."""

    line: int
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A table and what the core says of it: errors of the form's rules first, then the core's own."""

    table: ReadTable
    report: DryRun

    @property
    def is_good(self) -> bool:
        return not self.table.errors and not self.report.errors


async def uploads_page(context: Context) -> Response:
    return await _shown(context)


async def _shown(
    context: Context, status: int = 200, *, problem: str = "", looked: Looked | None = None, made: Upload | None = None
) -> Response:
    found = await context.core.upload_log(context.principal, MAX_LOG)
    words = Words(context.view.language)
    wrong = [] if looked is None else _wrong(words, looked)
    return shown(
        context,
        "uploads.html",
        status,
        place="uploads_page",
        problem=problem,
        uploads=[(upload, _may(context.principal, upload)) for upload in found],
        mappings=context.services.tables.mappings,
        mapping=one(context.form, "mapping") if context.form else "",
        reads_words=context.principal.role is Role.NCP,
        looked=looked,
        wrong=wrong[:MAX_SHOWN],
        left_out=max(len(wrong) - MAX_SHOWN, 0),
        likely=[] if looked is None else looked.report.likely[:MAX_SHOWN],
        made=made,
    )


def _may(principal: Principal, upload: Upload) -> frozenset[str]:
    """What the reader may do to it now."""
    on = Resource(upload.member, (upload.officer,))
    wanted = {UploadState.SUBMITTED: {"validate_upload", "undo_upload"}, UploadState.VALIDATED: {"undo_upload"}}
    too_late = upload.state is UploadState.VALIDATED and principal.role is Role.OFFICER
    allowed = {action for action in wanted.get(upload.state, set()) if access.may(principal, action, on)}
    return frozenset() if too_late else frozenset(allowed)


async def blank_table(context: Context) -> Response:
    async with _folder() as folder:
        path = folder / "cen.xlsx"
        await asyncio.to_thread(context.services.tables.write_blank, path, context.view.language)
        return _download(path)


async def upload_table(context: Context) -> Response:
    """`do` says what: look, enter, or give back the copy with the errors marked."""
    principal, do = context.principal, one(context.form, "do")
    if do not in {"check", "upload", "marked"}:
        raise RequestMalformed(what="do")
    context.services.rates.uploads.take(principal.officer)
    words = Words(context.view.language)
    if context.file is None:
        return await _shown(context, UNPROCESSABLE, problem=words.say("cen.uploads.no_file"))
    async with _folder() as folder:
        path = folder / "table"
        await asyncio.to_thread(path.write_bytes, context.file.content)
        try:
            table = await asyncio.to_thread(context.services.tables.read, path, one(context.form, "mapping"))
            rows, kept_back = await asyncio.to_thread(_rows, table.rows)
            report = await context.core.dry_run(principal, rows, words_read=_words_read(context))
        except CenError:
            raise
        except DomainError as refused:
            said = translate(refused.code, refused.facts, words.language)
            return await _shown(context, UNPROCESSABLE, problem=said)
        looked = Looked(table, _with(report, kept_back))
        if do == "marked":
            return await _marked(words, looked, folder / "marked.xlsx")
    if do == "check" or not looked.is_good:
        status = 200 if do == "check" else UNPROCESSABLE
        return await _shown(context, status, problem=_refusal(context, looked, do), looked=looked)
    made, done = await context.core.upload(principal, rows, _name(context), words_read=_words_read(context))
    return await _shown(context, looked=Looked(table, done), made=made)


def _words_read(context: Context) -> bool:
    return one(context.form, "words_read") == "yes"


def _name(context: Context) -> str:
    """As the sender calls it, else as the file is called."""
    sent = context.file.name if context.file is not None else ""
    return one(context.form, "name") or sent or "table"


def _rows(found: Sequence[TableRow]) -> tuple[list[Row], list[CellError]]:
    """What enters the core of each record, and the lines that hold a name where none may be."""
    rows: list[Row] = []
    kept_back: list[CellError] = []
    for record in found:
        try:
            data = project(record.answers)
        except DomainError as refused:
            kept_back.append(CellError(record.line, str(refused.facts.get("path", "")), "nominal_field"))
            continue
        rows.append(Row(record.line, str(record.answers.get("national_case_ref", "")), data))
    return rows, kept_back


def _with(report: DryRun, more: Sequence[CellError]) -> DryRun:
    return DryRun(report.rows, report.creates, report.duplicates, (*report.errors, *more), report.likely)


def _refusal(context: Context, looked: Looked, do: str) -> str:
    if do == "check" or looked.is_good:
        return ""
    lines = {error.line for error in looked.table.errors} | {error.row for error in looked.report.errors}
    cells = len(looked.table.errors) + len(looked.report.errors)
    return sentence(context, UploadRefused(rows=len(lines), cells=cells))


def _wrong(words: Words, looked: Looked) -> list[Wrong]:
    of_form = [
        Wrong(error.line, error.column or _question(words, error.path), looked.table.says(error, words.language))
        for error in looked.table.errors
    ]
    of_core = [Wrong(error.row, field_name(words, error.cell), _why(words, error)) for error in looked.report.errors]
    return sorted([*of_form, *of_core], key=lambda found: found.line)


def _question(words: Words, path: str) -> str:
    return field_name(words, path) if path else ""


def _why(words: Words, error: CellError) -> str:
    return words.reason(error.reason)


async def _marked(words: Words, looked: Looked, path: Path) -> Response:
    notes = [
        (error.row, column_of(error.cell), f"{field_name(words, error.cell)}: {_why(words, error)}")
        for error in looked.report.errors
    ]
    title = words.say("cen.uploads.wrong")
    await asyncio.to_thread(looked.table.write_marked, path, notes, title, words.language)
    return _download(path)


def _download(path: Path) -> Response:
    return Response(
        path.read_bytes(),
        media_type=WORKBOOK,
        headers={"Content-Disposition": f'attachment; filename="{path.name}"'},
    )


@asynccontextmanager
async def _folder() -> AsyncIterator[Path]:
    """A folder of this request only."""
    folder = Path(await asyncio.to_thread(mkdtemp, prefix="cen-upload-"))
    try:
        yield folder
    finally:
        await asyncio.to_thread(rmtree, folder)


def _moves(move: Callable[[Context], Callable[[Principal, str], Awaitable[Upload]]]) -> Handler:
    async def handler(context: Context) -> Response:
        try:
            await move(context)(context.principal, context.path["upload_id"])
        except CenError as refused:
            return await _shown(context, status_of(refused.code), problem=sentence(context, refused))
        return RedirectResponse("/cen/uploads", SEE_OTHER)

    return handler


HANDLERS: Final[Mapping[str, Handler]] = {
    "uploads_page": uploads_page,
    "blank_table": blank_table,
    "upload_table": upload_table,
    "validate_upload": _moves(lambda context: context.core.validate_upload),
    "undo_upload": _moves(lambda context: context.core.undo_upload),
}
