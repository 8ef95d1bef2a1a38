"""The command for the CEN core: which seizures have left, and letting one leave after showing exactly what would."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.begun import all_items
from cencomm.cli.context import Options
from cencomm.cli.forms import PANEL
from cencomm.cli.groups import Group
from cencomm.cli.rendering import core_state
from cencomm.cli.running import confirm, find_cug, with_client
from cencomm.client.api import Client
from cencomm.client.core import CoreApi, CoreCase
from cencomm.client.cug import Cug
from cencomm.client.errors import RecordNotReleasable
from cencomm.client.release import Prepared, Releasable, prepare, releasable
from cencomm.client.release import release as let_leave
from cencomm.client.release import withdraw as take_back
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.release import Leaving

PASSWORD_VARIABLE = "CENCOMM_CEN_PASSWORD"  # noqa: S105  a variable's name
_SHORTEST_REFERENCE = 4


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(release)


def release(
    context: typer.Context,
    group: Group,
    record: Annotated[
        str | None,
        typer.Argument(metavar="REF", help="client_ref of the record, or its beginning; without: list them."),
    ] = None,
    words_read: Annotated[
        bool,
        typer.Option(
            "--words-read", help="As contact point: I have read its free text, it names nobody; let it leave."
        ),
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Withdraw its case instead.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, as a code: mistake, duplicate …")] = "",
    officer: Annotated[
        str | None, typer.Option("--officer", metavar="NAME", help="Your name in the CEN core, where it is another.")
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option("--core-password-file", exists=True, dir_okay=False, help="File with your password there."),
    ] = None,
    core: Annotated[str | None, typer.Option("--core", metavar="URL", help="Where the core is, if elsewhere.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; it cannot be taken back that it was seen.")] = False,
) -> None:
    """Release a seizure to the CEN core, without what leads to a person.

    What leaves in clear is shown before. Without REF: which seizures have left, and which changed since.
    """

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        known = releasable(all_items(cug))
        if record is None:
            _show(given, known)
            return
        chosen = _find(known, record)
        prepared = None if withdraw else prepare(cug, chosen, words_read=words_read)
        if prepared is not None:
            _show_leaving(given, prepared)
        confirm(given, given.output.text("release.withdraw_ask" if withdraw else "release.ask"), yes)
        password = _password(given, password_file)
        async with CoreApi(core or client.account.server_url) as api:
            await api.sign_in(officer or client.account.account, password)
            try:
                case = await _done(cug, api, chosen, prepared, reason)
            finally:
                await api.sign_out()
        said = given.output.text(
            "release.done", case=case.case_id[:8], state=core_state(case.state, given.output.language)
        )
        given.output.say(said, {"case_id": case.case_id, "state": case.state, "version": case.version})

    with_client(context, whole)


async def _done(cug: Cug, api: CoreApi, chosen: Releasable, prepared: Prepared | None, reason: str) -> CoreCase:
    if prepared is None:
        return await take_back(cug, api, chosen, reason)
    return await let_leave(cug, api, prepared)


def _find(known: tuple[Releasable, ...], reference: str) -> Releasable:
    """Raises RecordNotReleasable: no seizure, or several, have that reference."""
    found = [one for one in known if one.item.client_ref.hex().startswith(reference.lower())]
    if len(reference) < _SHORTEST_REFERENCE or len(found) != 1:
        raise RecordNotReleasable(reason="reference")
    return found[0]


def _show(given: Options, known: tuple[Releasable, ...]) -> None:
    given.output.table(
        "",
        given.output.columns("record", "officer", "state", "case"),
        [
            (
                one.item.client_ref.hex()[:8],
                one.item.officer,
                given.output.text(f"release.{one.where.value}"),
                "" if one.receipt is None else one.receipt.case_id[:8],
            )
            for one in known
        ],
        [
            {
                "client_ref": one.item.client_ref,
                "record_id": one.form.record_id,
                "officer": one.item.officer,
                "where": one.where.value,
                "case_id": None if one.receipt is None else one.receipt.case_id,
            }
            for one in known
        ],
    )


def _show_leaving(given: Options, prepared: Prepared) -> None:
    """Exactly what leaves, answer by answer, beside the words that readers will see."""
    language, template = given.output.language, prepared.template
    given.output.note(given.output.text("release.leaves"))
    given.output.table(
        "",
        given.output.columns("field", "label", "answer"),
        [
            (one.path, template.label(one.path, language), _written(template, one, language))
            for one in prepared.projection.leaving
        ],
        [{"path": one.path, "field": one.field, "value": one.value} for one in prepared.projection.leaving],
    )


def _written(template: Template, leaving: Leaving, language: str) -> str:
    field = template.fields[leaving.path.rpartition(".")[2]]
    values = leaving.value if isinstance(leaving.value, list) else [leaving.value]
    words = [
        template.code_word(field.code_list, value, language)
        if field.code_list and isinstance(value, str) and template.code(field.code_list, value) is not None
        else str(value)
        for value in values
    ]
    return ", ".join(words)


def _password(given: Options, file: Path | None) -> str:
    """Of the core: not that of the profile, which never reaches any server."""
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    asked = given.output.text("prompt.core_password")
    return os.environ.get(PASSWORD_VARIABLE) or str(typer.prompt(asked, hide_input=True, err=True))
