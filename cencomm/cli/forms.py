"""Commands for forms: which templates a group has, and filling one in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.begun import begin, completed
from cencomm.cli.context import Options
from cencomm.cli.duplicates import warn_of_duplicates
from cencomm.cli.files import read_answers, read_bytes
from cencomm.cli.groups import Group, Yes
from cencomm.cli.reference import reference_notes
from cencomm.cli.running import confirm, find_cug, with_client
from cencomm.cli.typed_answers import answers_from_words
from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.client.errors import FormInvalid, TemplateUnknown
from cencomm.ids import ClientRef
from cencomm.templates_forms.difference import difference_words, differences
from cencomm.templates_forms.errors import UnknownWord
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.reading import Finding
from cencomm.templates_forms.validate import finding_message
from cencomm.wire.content import Answers

PANEL = "Forms"
_REFERENCE_BYTES = 16


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(templates)
    app.command(rich_help_panel=PANEL)(submit)


def templates(
    context: typer.Context,
    group: Group,
    template: Annotated[str | None, typer.Argument(metavar="TEMPLATE", help="Show the fields of this one.")] = None,
    publish: Annotated[
        Path | None,
        typer.Option("--publish", exists=True, dir_okay=False, help="Publish a template file into the group."),
    ] = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="Show what TEMPLATE changes against the version before it.")
    ] = False,
) -> None:
    """List a group's templates, or the fields of one."""
    document = Template.decode_unchecked(read_bytes(publish)) if publish is not None else None

    async def show(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        if document is not None:
            await cug.publish_template(document)
            await cug.flush()
        if template is not None and changes:
            _show_changes(given, find_template(cug, template), cug.templates())
        elif template is not None:
            _show_fields(given, find_template(cug, template))
        else:
            _show_templates(given, cug)

    with_client(context, show)


def find_template(cug: Cug, name: str) -> Template:
    """The newest template of that id, or the one whose hash begins so. Raises TemplateUnknown."""
    for found in reversed(cug.templates()):
        if found.id == name or (len(name) >= 8 and found.hash.hex().startswith(name.lower())):
            return found
    raise TemplateUnknown(name=name)


def _show_templates(given: Options, cug: Cug) -> None:
    found = cug.templates()
    language = given.output.language
    given.output.table(
        "",
        given.output.columns("template", "version", "name", "fields", "hash"),
        [(t.id, str(t.version), t.title(language), str(len(t.fields)), t.hash.hex()[:16]) for t in found],
        [{"id": t.id, "version": t.version, "title": t.title(language), "hash": t.hash} for t in found],
    )


def _show_fields(given: Options, template: Template) -> None:
    language = given.output.language
    given.output.table(
        given.output.text("template_version", template=template.title(language), version=str(template.version)),
        given.output.columns("field", "label", "type", "codes"),
        [
            (
                field.key,
                template.label(field.key, language),
                given.output.text(f"type.{field.type}"),
                _codes(template, field.code_list),
            )
            for field in template.fields.values()
        ],
        [
            {"field": field.key, "type": field.type, "code_list": field.code_list, "required": field.required}
            for field in template.fields.values()
        ],
    )


def _show_changes(given: Options, new: Template, known: Sequence[Template]) -> None:
    """What a version changes, one sentence each; against nothing, nothing."""
    older = [template for template in known if template.id == new.id and template.version < new.version]
    old = max(older, key=lambda template: template.version, default=new)
    found = differences(old, new)
    language, before = given.output.language, str(old.version)
    if not found:
        given.output.say(given.output.text("no_changes", version=before), {"changes": []})
        return
    given.output.say(
        given.output.text("changes", template=new.title(language), version=str(new.version), before=before),
        {"changes": [{"kind": change.kind, "key": change.key, "codes": list(change.codes)} for change in found]},
    )
    for change in found:
        given.output.note(difference_words(change, old, new, language))


def _codes(template: Template, code_list: str) -> str:
    """A short list in full, a long one by its name."""
    if not code_list:
        return ""
    codes = [code.key for code in template.lists[code_list].codes]
    return ", ".join(codes) if len(codes) <= 6 else f"{code_list} ({len(codes)})"


def submit(
    context: typer.Context,
    group: Group,
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="Name of the template (see `templates`).")],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD=VALUE", help="Answers; item[0].unit=kg in a list.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", exists=True, dir_okay=False, help="JSON file with the answers.")
    ] = None,
    replaces: Annotated[
        str | None, typer.Option("--replaces", metavar="REF", help="client_ref of the form that this one corrects.")
    ] = None,
    begins_from: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="REF",
            help="Take over what records that came before say: the warning, its feedback, the simplified form.",
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Fill in a form and send it. The rules are checked before anything leaves this device.

    You are asked before a seizure is sent that the group probably has already.
    """
    answers: Answers = read_answers(file) if file is not None else {}
    reference = _reference(replaces)

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        chosen = find_template(cug, template)
        officer = client.account.account
        begun = begin(cug, chosen, begins_from or [], officer)
        for path in begun.left:
            given.output.note(given.output.text("form_left", path=path))
        complete = answers_from_words(chosen, begun.answers | answers, words or [])
        complete = completed(cug, chosen, complete, officer, client.clock.now_ms())
        for _, said in reference_notes(given, chosen, [(0, complete)]):
            given.output.note(said, style="yellow")
        if warn_of_duplicates(given, cug, chosen, complete, reference or begun.replaces):
            confirm(given, given.output.text("ask.send_duplicate"), yes)
        try:
            sent = await cug.submit(
                chosen.hash, complete, replaces=reference or begun.replaces, record_id=begun.record_id
            )
        except FormInvalid as error:
            _show_findings(given, chosen, error)
            raise
        await cug.flush()
        title = chosen.title(given.output.language)
        given.output.say(given.output.text("form_sent", template=title, reference=sent.hex()), {"client_ref": sent})

    with_client(context, whole)


def _reference(text: str | None) -> ClientRef | None:
    if text is None:
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != _REFERENCE_BYTES:
        raise typer.BadParameter("32 hexadecimal digits", param_hint="--replaces")
    return ClientRef(found)


def _show_findings(given: Options, template: Template, error: FormInvalid) -> None:
    language = given.output.language
    for row in error.findings:
        said = finding_message(template, Finding(row.rule, "error", row.path), language)
        given.output.note(f"{_place(template, row.path, language)}{said}", style="red")


def _place(template: Template, path: str, language: str) -> str:
    """The label of the field that a finding speaks of, and its path in a list."""
    try:
        label = template.label(path, language)
    except UnknownWord:
        label = path
    return f"{label} ({path}): " if path else ""
