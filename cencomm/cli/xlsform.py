"""Commands `template import` and `template export`: forms that come as XLSForm workbooks, and go as such."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cencomm.cli.context import Options, options
from cencomm.cli.files import write_new
from cencomm.cli.forms import find_template
from cencomm.cli.running import find_cug, with_client
from cencomm.client.api import Client
from cencomm.errors import Fact
from cencomm.templates_forms.model import STANDARD, Template, standard
from cencomm.xlsform.convert import import_form
from cencomm.xlsform.languages import is_unknown, tag_of
from cencomm.xlsform.report import Note
from cencomm.xlsform.write import export_form

app = typer.Typer(help="Forms as XLSForm workbooks (ODK, Kobo).", no_args_is_help=True)
PANEL = "Forms"


@app.command("import")
def import_(
    context: typer.Context,
    form: Annotated[Path, typer.Argument(metavar="FORM", exists=True, dir_okay=False, help="XLSForm (.xlsx or .xls).")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the template into this new file (JSON)."),
    ] = None,
    publish: Annotated[
        str | None, typer.Option("--publish", metavar="GROUP", help="Publish the template into this group.")
    ] = None,
    words: Annotated[
        str | None,
        typer.Option(
            "--words", metavar="LANGUAGE", help="Language of labels whose column names none; yours by default."
        ),
    ] = None,
) -> None:
    """Read an XLSForm as a template, and say row by row what has no counterpart.

    Without --output and --publish nothing is written: that is the dry run.
    """
    given = options(context)
    if output is not None and output.exists():
        raise typer.BadParameter(f"{output} exists already; choose another name", param_hint="--output")
    if words is not None and is_unknown(tag_of(words)):
        raise typer.BadParameter("a language, as fr or French", param_hint="--words")
    found = import_form(form, language=tag_of(words) if words is not None else given.output.language)
    _report(given, found.template, found.notes)
    if output is not None:
        write_new(output, _document(found.template).encode())
        given.output.say(given.output.text("saved", file=str(output)), {"file": str(output)})
    if publish is not None:
        _publish(context, found.template, publish)
    if output is None and publish is None:
        given.output.note(given.output.text("template_dry"))


@app.command("export")
def export(
    context: typer.Context,
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help=f"{', '.join(STANDARD)}, or one of --group.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New workbook (.xlsx).")],
    group: Annotated[
        str | None, typer.Option("--group", metavar="GROUP", help="Take the newest version that this group has.")
    ] = None,
) -> None:
    """Write a template as an XLSForm that ODK and Kobo take, and say what they will not know of it."""
    if file.exists():
        raise typer.BadParameter(f"{file} exists already; choose another name", param_hint="FILE")
    if group is None:
        _export(options(context), standard(template), file)
        return

    async def whole(client: Client, given: Options) -> None:
        _export(given, find_template(await find_cug(client, group), template), file)

    with_client(context, whole)


def _export(given: Options, template: Template, file: Path) -> None:
    try:
        notes = export_form(template, file)
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be written: {error.strerror}", param_hint="FILE") from None
    for note in notes:
        given.output.note(note.sentence(given.output.language), style="yellow")
    listed = [_plain(note) for note in notes]
    given.output.say(given.output.text("saved", file=str(file)), {"file": str(file), "notes": listed})


def _plain(note: Note) -> dict[str, object]:
    return {key: getattr(note, key) for key in note.__slots__}


def _report(given: Options, template: Template, notes: Sequence[Note]) -> None:
    language = given.output.language
    for note in notes:
        given.output.note(note.sentence(language), style="yellow")
    facts: dict[str, Fact] = {
        "template": template.title(language),
        "version": template.version,
        "fields": len(template.fields),
        "rules": len(template.rules),
        "languages": ", ".join(_languages(template)),
        "notes": len(notes),
    }
    listed = [_plain(note) for note in notes]
    given.output.say(given.output.text("template_read", **facts), {**facts, "id": template.id, "notes": listed})


def _languages(template: Template) -> list[str]:
    return sorted({tag for field in template.fields.values() for tag in field.labels})


def _document(template: Template) -> str:
    """For a person who goes on from here: indented, every language as it is written."""
    return json.dumps(msgspec.to_builtins(template), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _publish(context: typer.Context, template: Template, group: str) -> None:
    async def publish(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        facts: dict[str, Fact] = {
            "template": template.title(given.output.language),
            "version": template.version,
            "group": cug.title,
        }
        await cug.publish_template(template)
        await cug.flush()
        given.output.say(given.output.text("template_published", **facts), {**facts, "hash": template.hash.hex()})

    with_client(context, publish)
