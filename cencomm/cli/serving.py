"""Commands of the one who runs the server: `serve` and `init`.

They alone import the server, when they run: every other command starts without it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.context import Options, options, refuse, run_async
from cencomm.cli.sheets import hand_out
from cencomm.client import account
from cencomm.errors import DomainError
from cencomm.settings import Settings

PANEL = "Server and root key"

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", "-d", help="Where the server keeps its data.", show_default="CENCOMM_DATA_DIR or var"),
]


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(serve)
    app.command(rich_help_panel=PANEL)(init)


def settings_with(data_dir: Path | None, host: str | None = None, port: int | None = None) -> Settings:
    """The server's settings: the environment, and over it what was typed."""
    environ = dict(os.environ)
    typed = {"CENCOMM_DATA_DIR": data_dir, "CENCOMM_HOST": host, "CENCOMM_PORT": port}
    environ.update({name: str(value) for name, value in typed.items() if value is not None})
    return Settings.from_environment(environ)


def serve(
    context: typer.Context,
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="8440")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="With a small operation in it; prints accounts to sign in with.")
    ] = False,
) -> None:
    """Run the server until Ctrl-C.

    Everything else is set by environment variables: CENCOMM_DATABASE_URL for PostgreSQL, CENCOMM_PUBLIC_URL, and so
    on. Without `init` before, nobody can enrol yet.
    """
    given = options(context)
    settings = settings_with(data_dir, host, port)
    if demo and settings.port == 0:
        raise typer.BadParameter("the demonstration's sheets name the port: choose one", param_hint="--port")
    if demo:
        from cencomm.cli.demo import standing  # noqa: PLC0415  see the top

        settings = run_async(given.output, lambda: standing.prepare(settings, given.output))
    _run(given, settings)


def _run(given: Options, settings: Settings) -> None:
    from cencomm.main import run as run_server  # noqa: PLC0415  see the top

    try:
        run_server(settings, ready=lambda address: _say_address(given, address))
    except DomainError as error:
        refuse(given.output, error)
    except OSError as error:
        raise typer.BadParameter(f"{settings.host}:{settings.port}: {error.strerror}", param_hint="--port") from None
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _say_address(given: Options, address: str) -> None:
    given.output.say(given.output.text("serving", address=address), {"address": address})


def init(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", help="Name of the deployment, as officers will see it.")],
    server_url: Annotated[
        str, typer.Option("--server-url", help="Address at which clients reach the server, for the sheets.")
    ],
    root_key: Annotated[
        Path, typer.Option("--root-key", help="Root key file: made here if it is not there, sealed by a password.")
    ] = Path("root.key"),
    data_dir: DataDir = None,
    sheet: Annotated[
        Path, typer.Option("--sheet", help="Where to write the first secretariat account's enrolment sheet.")
    ] = Path("secretariat.html"),
) -> None:
    """Set up a new deployment: root key, server data, and the secretariat's first sheet.

    The root key certifies the contact points. Keep its file off the server, in two places; its password with somebody
    else. (To make the root key on another machine, see `cencomm ceremony root`.)
    """
    from cencomm.server import bootstrap  # noqa: PLC0415  see the top

    given = options(context)
    settings = settings_with(data_dir)

    async def whole() -> None:
        if root_key.exists():
            root = await account.read_root(root_key, given.password("root_password"))
        else:
            root = await account.new_root(root_key, given.new_password("new_root_password"))
        invitation = await bootstrap.initialise(
            settings, deployment_id=root.deployment_id, root_public_key=root.root_public_key, name=name
        )
        first = account.first_sheet(
            root,
            server_url=server_url,
            account=invitation.account,
            display_name=invitation.display_name,
            invitation_code=invitation.invitation_code,
        )
        given.output.say(given.output.text("deployment_made", deployment=root.deployment_id.hex(), file=str(root_key)))
        hand_out(given.output, first, sheet)

    run_async(given.output, whole)
