"""`cencomm admin`: work on the server's own machine. Backups, putting one back, and the doctor (`cli.doctoring`).

Like `serving`, these import the server's side only when they run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cencomm.cli.context import Options, options, run_async
from cencomm.cli.doctoring import doctor
from cencomm.cli.serving import DataDir, settings_with

if TYPE_CHECKING:
    from cencomm.store.backup import Progress
    from cencomm.store.backup_file import Manifest

app = typer.Typer(no_args_is_help=True, help="Look after the server: backups, restoring, finding what is wrong.")
app.command()(doctor)


@app.command()
def backup(
    context: typer.Context,
    target: Annotated[
        Path | None,
        typer.Argument(
            help="Folder, or name of the new file.", show_default="CENCOMM_BACKUP_DIR, or backups in the data folder"
        ),
    ] = None,
    data_dir: DataDir = None,
    no_files: Annotated[
        bool,
        typer.Option("--no-files", help="Leave out the encrypted files, where their storage has copies of its own."),
    ] = False,
) -> None:
    """Write everything that the server holds into one new file, while it runs.

    The file holds sealed records, and who is in which group: keep it as safe as the server itself, on another machine.
    """
    from cencomm.server.clock import wall_clock_ms  # noqa: PLC0415  see the top
    from cencomm.store.backup import back_up, file_in  # noqa: PLC0415  see the top
    from cencomm.store.storage import open_blobs  # noqa: PLC0415  see the top

    given = options(context)
    settings = settings_with(data_dir)
    now_ms = wall_clock_ms()
    place = target or settings.backup_dir
    if target is None:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = file_in(place, now_ms) if place.is_dir() else place
    blobs = None if no_files else open_blobs(settings)
    with _progress(given, "backing_up") as progress:
        made = run_async(
            given.output, lambda: back_up(settings.database_url, path, now_ms=now_ms, progress=progress, blobs=blobs)
        )
    if made.missing_files:
        given.output.note(given.output.text("backup_without_files", count=made.missing_files), style="bold red")
    size = path.stat().st_size
    given.output.say(
        given.output.text("backup_made", file=str(path), rows=made.rows, megabytes=_megabytes(size)),
        {**_facts(path, made), "bytes": size},
    )


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Backup, as `cencomm admin backup` wrote it.")
    ],
    data_dir: DataDir = None,
    check: Annotated[bool, typer.Option("--check", help="Only look whether every byte of it is right.")] = False,
) -> None:
    """Put a backup into an empty database: all of it, or nothing where anything is wrong.

    The server must not run. The database is the one that the server's settings name; a backup from SQLite goes into
    PostgreSQL too, and the other way round.
    """
    from cencomm.store.backup_file import open_backup  # noqa: PLC0415  see the top
    from cencomm.store.restore import restore as put_back  # noqa: PLC0415  see the top
    from cencomm.store.storage import open_blobs  # noqa: PLC0415  see the top

    given = options(context)
    settings = settings_with(data_dir)
    with open_backup(file) as found:
        facts = _facts(file, found.manifest)
        if check:
            for name in found.manifest.tables:
                for _ in found.rows(name):
                    pass
            for file_hash in found.files():
                for _ in found.file(file_hash):
                    pass
            given.output.say(given.output.text("backup_whole", file=str(file), rows=found.manifest.rows), facts)
            return
        with _progress(given, "restoring") as progress:
            blobs = open_blobs(settings)
            cugs = run_async(
                given.output, lambda: put_back(settings.database_url, found, progress=progress, blobs=blobs)
            )
    logs = [{"cug_id": cug.cug_id.hex(), "last_seq": cug.last_seq} for cug in cugs]
    given.output.say(
        given.output.text("restored", file=str(file), rows=found.manifest.rows, groups=len(cugs)),
        {**facts, "cugs": logs},
    )
    given.output.note(given.output.text("restored_next"))


@contextmanager
def _progress(given: Options, what: str) -> Iterator[Progress]:
    with given.output.progress() as bar:
        task = bar.add_task(given.output.text(what), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _facts(path: Path, manifest: Manifest) -> dict[str, object]:
    return {
        "file": str(path),
        "created_ms": manifest.created_ms,
        "deployment_id": manifest.deployment_id,
        "program": manifest.program,
        "schema": manifest.schema,
        "rows": manifest.rows,
        "files": manifest.files,
        "file_bytes": manifest.file_bytes,
        "missing_files": manifest.missing_files,
    }


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}"


@app.command()
def cen_invite(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name in small letters; the person signs in as secretariat/NAME.")],
    data_dir: DataDir = None,
) -> None:
    """Invite somebody of the secretariat to the CEN core: how the first one comes in. Prints a link that works once."""
    from cen_core.api import Level, Role, Wanted  # noqa: PLC0415  the server's side, when it runs
    from cen_core.edge.deployment import opened  # noqa: PLC0415  the server's side, when it runs
    from cencomm.crypto.primitives import argon2id  # noqa: PLC0415  the server's side, when it runs
    from cencomm.main import core_place  # noqa: PLC0415  the server's side, when it runs

    given = options(context)
    settings = settings_with(data_dir)

    async def invited() -> str:
        async with opened(core_place(settings), argon2id) as (_, people):
            return await people.found(Wanted(f"secretariat/{name}", Role.SECRETARIAT, Level.UNLIMITED))

    link = f"{settings.origin}/cen/invitation/{run_async(given.output, invited)}"
    given.output.say(given.output.text("cen_invited", link=link), {"link": link})
