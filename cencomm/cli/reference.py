"""Commands `refdata import`, `refdata list` and `refdata search`: code lists on this device."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.context import Options, default_profile, options
from cencomm.refdata import LISTS, Entry, ListInfo, Refdata, from_package, read_list
from cencomm.refdata.errors import RefdataUnavailable, RefdataUnknownList
from cencomm.refdata.lists import LIST_NAME
from cencomm.refdata.references import refers, unknown_codes
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.validate import finding_message

app = typer.Typer(help="Code lists on this device: ports, airports, HS, countries …", no_args_is_help=True)
PANEL = "Forms"

Store = Annotated[
    Path | None,
    typer.Option("--store", envvar="CENCOMM_REFDATA", metavar="FILE", help="File in which code lists are kept."),
]
ListName = Annotated[str, typer.Argument(metavar="LIST", help=f"{', '.join(LISTS)}, or a list of your own.")]


@contextmanager
def opened(store: Path | None) -> Iterator[Refdata]:
    """The code lists in `store`, by default beside the profiles."""
    with Refdata.open(store or default_profile().parent / "refdata.sqlite") as refdata:
        yield refdata


def reference_notes(
    given: Options, template: Template, rows: Iterable[tuple[int, Mapping[str, object]]]
) -> Iterator[tuple[int, str]]:
    """What the code lists of this device say against the answers of each row: warnings, to be shown and passed."""
    if not refers(template):
        return
    language = given.output.language
    chosen = os.environ.get("CENCOMM_REFDATA")
    with opened(Path(chosen) if chosen else None) as refdata:
        for line, answers in rows:
            for one in unknown_codes(template, answers, refdata):
                yield line, f"{template.label(one.path, language)}: {finding_message(template, one, language)}"


@app.command("import")
def import_(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="LIST", help="One list; without it, all that installed packages have.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CSV, or CSV in a ZIP archive."),
    ] = None,
    edition: Annotated[
        str, typer.Option("--edition", help="What the source calls this issue, for example 2026-1.")
    ] = "",
    code_column: Annotated[str, typer.Option("--code-column", help="Header of the column of codes.")] = "",
    name_column: Annotated[str, typer.Option("--name-column", help="Header of the column of names.")] = "",
    store: Store = None,
) -> None:
    """Bring in a code list, or replace it: whole, or nothing changes.

    UNECE's UN/LOCODE files are taken as they come (CSV or ZIP, Latin-1 or UTF-8), its Recommendations 20, 21 and 28 as
    CSV, and any other table with a header: `code`, `name`, and `name_fr` … for names in other languages.
    """
    given = options(context)
    with opened(store) as refdata:
        if name is None:
            _all_packages(given, refdata)
        elif LIST_NAME.fullmatch(name) is None:
            raise RefdataUnknownList(name=name[:64])
        elif file is None:
            _say(given, _replace(refdata, name, from_package(name), LISTS[name].package, edition))
        else:
            entries = read_list(name, file, code_column=code_column, name_column=name_column)
            _say(given, _replace(refdata, name, entries, file.name, edition))


def _all_packages(given: Options, refdata: Refdata) -> None:
    for name, kind in LISTS.items():
        try:
            entries = from_package(name)
        except RefdataUnavailable:
            given.output.note(given.output.text("refdata_skipped", name=name))
        else:
            _say(given, _replace(refdata, name, entries, kind.package, ""))


def _replace(refdata: Refdata, name: str, entries: list[Entry], source: str, edition: str) -> ListInfo:
    today = datetime.now(UTC).date().isoformat()
    return refdata.replace(name, entries, source=source, edition=edition, imported=today)


def _say(given: Options, info: ListInfo) -> None:
    said = given.output.text("refdata_imported", name=info.name, entries=info.entries, source=info.source)
    given.output.say(said, {"list": info.name, "entries": info.entries, "source": info.source})


@app.command("list")
def list_(context: typer.Context, store: Store = None) -> None:
    """Which code lists are on this device."""
    given = options(context)
    with opened(store) as refdata:
        found = refdata.lists()
    if not found:
        given.output.note(given.output.text("refdata_none"))
    given.output.table(
        "",
        given.output.columns("list", "entries", "source", "edition", "imported"),
        [(info.name, str(info.entries), info.source, info.edition, info.imported) for info in found],
        [
            {
                "list": info.name,
                "entries": info.entries,
                "source": info.source,
                "edition": info.edition,
                "imported": info.imported,
            }
            for info in found
        ],
    )


@app.command("search")
def search(
    context: typer.Context,
    name: ListName,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="Beginning of a code, or of words of a name.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=200)] = 20,
    store: Store = None,
) -> None:
    """Find codes by how they or any of their names begin; accents and capitals do not matter."""
    given = options(context)
    with opened(store) as refdata:
        found = [one.entry for one in refdata.search(name, " ".join(words), limit)]
    if not found:
        given.output.note(given.output.text("refdata_not_found", name=name))
    given.output.table(
        "",
        given.output.columns("code", "name"),
        [(entry.code, entry.name(given.output.language)) for entry in found],
        [
            {"code": entry.code, "names": [list(name) for name in entry.names], "attributes": entry.attributes}
            for entry in found
        ],
    )
