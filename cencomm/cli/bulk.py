"""Commands `bulk template`, `bulk mappings` and `bulk import`: many records at once, from a table."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from cencomm.bulk import MAPPINGS, apply_mapping, load_mapping, read_table, shipped_mapping
from cencomm.bulk.errors import RowsWrong, WorkbookOfOther
from cencomm.bulk.mapping import document_of
from cencomm.bulk.rows import CellError, Judged, judged
from cencomm.bulk.workbook import write_workbook
from cencomm.bulk.workbook_rows import about_workbook, marked_sheets, read_workbook
from cencomm.cli.context import Options, options
from cencomm.cli.files import make_room, read_bytes
from cencomm.cli.forms import find_template
from cencomm.cli.groups import Group, Yes
from cencomm.cli.reference import reference_notes
from cencomm.cli.running import confirm, find_cug, with_client
from cencomm.client.api import Client
from cencomm.client.bulk import BulkSending, Plan
from cencomm.client.cug import Cug
from cencomm.templates_forms.errors import UnknownWord
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.reading import Finding
from cencomm.templates_forms.validate import finding_message

app = typer.Typer(help="Many records at once, from a table.", no_args_is_help=True)
PANEL = "Forms"
_SHOWN = 20


@app.command("template")
def template_(
    context: typer.Context,
    group: Group,
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="Name of the template (see `templates`).")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New workbook (.xlsx).")],
) -> None:
    """Write the workbook of a form, to fill in and bring back with `bulk import`."""
    make_room(file, "FILE")

    async def write(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        write_workbook(file, find_template(cug, template), given.output.language)
        given.output.say(given.output.text("saved", file=str(file)), {"file": str(file)})

    with_client(context, write)


@app.command("mappings")
def mappings(
    context: typer.Context,
    show: Annotated[str | None, typer.Argument(metavar="NAME", help="Print this one, to begin your own from.")] = None,
) -> None:
    """The mappings that ship with CENcomm (docs/mapping.md says how to write one)."""
    given = options(context)
    if show is not None:
        print(shipped_mapping(show).decode(), end="")
        return
    found = [document_of(shipped_mapping(name)) for name in MAPPINGS]
    given.output.table(
        "",
        given.output.columns("name", "template", "source"),
        [(one.name, one.template, one.about) for one in found],
        [{"name": one.name, "template": one.template, "about": one.about} for one in found],
    )


@app.command("import")
def import_(
    context: typer.Context,
    group: Group,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CSV, workbook or JSON.")],
    mapping: Annotated[
        str | None,
        typer.Option("--mapping", "-m", metavar="NAME", help="A mapping that ships, or a TOML file of your own."),
    ] = None,
    marked: Annotated[
        Path | None, typer.Option("--marked", metavar="FILE", help="Where a copy with the errors marked is written.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
    yes: Yes = False,
) -> None:
    """Send every row of a filled-in workbook, or of another table by a mapping, as a record.

    The whole table is judged before anything leaves this device: where one cell is wrong, nothing is sent. Rows that
    the group has already are shown and left out. Taken up again after a crash, it goes on where it was.
    """
    if marked is not None:
        make_room(marked, "--marked")
    if mapping is None:
        with_client(context, _of_workbook(group, file, marked, dry_run=dry_run, yes=yes))
        return
    rules = shipped_mapping(mapping) if mapping in MAPPINGS else read_bytes(Path(mapping))
    wanted = document_of(rules).template

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        template = find_template(cug, wanted)
        found = load_mapping(rules, template)
        rows = read_table(file, found.form, [column.header for column in found.columns.values()])
        table = judged(apply_mapping(found, rows, now=datetime.now(UTC)))
        require_good(given, template, table)
        sending = BulkSending(cug, template, _digest(file, template.hash, rules))
        await send_all(given, cug, template, sending, table, dry_run=dry_run, yes=yes)

    with_client(context, whole)


def _of_workbook(
    group: str, file: Path, marked: Path | None, *, dry_run: bool, yes: bool
) -> Callable[[Client, Options], Awaitable[None]]:
    about = about_workbook(file)
    if about is None:
        raise WorkbookOfOther(template="")

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        template = next((one for one in cug.templates() if one.hash.hex() == about.template_hash), None)
        if template is None:
            raise WorkbookOfOther(template=about.template_id[:64])
        found = read_workbook(file, template, now=datetime.now(UTC))
        if found.wrong and marked is not None:
            write_workbook(marked, template, about.language, marked_sheets(found, template, given.output.language))
            given.output.note(given.output.text("bulk.marked", path=str(marked)))
        require_good(given, template, found.judged)
        sending = BulkSending(cug, template, _digest(file, template.hash))
        await send_all(given, cug, template, sending, found.judged, dry_run=dry_run, yes=yes)

    return whole


def _digest(file: Path, *others: bytes) -> bytes:
    """Names all that decides what the records are."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        digest.update(hashlib.file_digest(opened, "sha256").digest())
    for other in others:
        digest.update(hashlib.sha256(other).digest())
    return digest.digest()


def require_good(given: Options, template: Template, table: Judged) -> None:
    """Say what is wrong, the first of it cell by cell. Raises RowsWrong."""
    if not table.errors:
        return
    for error in table.errors[:_SHOWN]:
        given.output.note(
            given.output.text(
                "bulk.cell", line=error.line, place=_place(template, error, given), says=_says(template, error, given)
            ),
            style="red",
        )
    if len(table.errors) > _SHOWN:
        given.output.note(given.output.text("bulk.more", count=len(table.errors) - _SHOWN))
    raise RowsWrong(rows=len({(error.sheet, error.line) for error in table.errors}), cells=len(table.errors))


def _place(template: Template, error: CellError, given: Options) -> str:
    if error.column:
        return error.column
    try:
        return (
            template.label(error.path, given.output.language) if error.path else template.title(given.output.language)
        )
    except UnknownWord:
        return error.path


def _says(template: Template, error: CellError, given: Options) -> str:
    return finding_message(template, Finding(error.rule, "error", error.path), given.output.language)


async def send_all(
    given: Options, cug: Cug, template: Template, sending: BulkSending, table: Judged, *, dry_run: bool, yes: bool
) -> None:
    """Show what would be sent, ask, and send."""
    plan = sending.plan(table.rows)
    for said in _duplicates(given, plan):
        given.output.note(said, style="yellow")
    noted = reference_notes(given, template, ((row.line, row.answers) for row in plan.fresh))
    for line, said in islice(noted, _SHOWN):
        given.output.note(given.output.text("bulk.noted", line=line, says=said), style="yellow")
    counts = {
        "rows": table.total,
        "fresh": len(plan.fresh),
        "duplicates": len(plan.duplicates),
        "left_out": table.left_out,
        "sent_before": plan.sent_before,
    }
    given.output.say(given.output.text("bulk.plan", **counts), counts if dry_run else None)
    if dry_run:
        return
    if plan.fresh:
        confirm(given, given.output.text("ask.bulk_send", records=len(plan.fresh), group=cug.title), yes)
    with given.output.progress() as progress:
        task = progress.add_task(given.output.text("progress.sending"), total=len(plan.fresh))
        await cug.flush()
        sent = await sending.send(plan.fresh, lambda done, total: progress.update(task, completed=done, total=total))
    given.output.say(given.output.text("bulk.sent", records=sent), {**counts, "sent": sent})


def _duplicates(given: Options, plan: Plan) -> Iterator[str]:
    for one in plan.duplicates[:_SHOWN]:
        if one.seq:
            yield given.output.text("bulk.known_record", line=one.row.line, seq=one.seq)
        else:
            yield given.output.text("bulk.known_row", line=one.row.line, other=one.line)
    if len(plan.duplicates) > _SHOWN:
        yield given.output.text("bulk.more", count=len(plan.duplicates) - _SHOWN)
