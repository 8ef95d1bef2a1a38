"""`cencomm ceremony`: work with the root key, on a machine without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.context import options, run_async
from cencomm.cli.files import read_bytes, write_new
from cencomm.client import account
from cencomm.client.account import PendingRequest

app = typer.Typer(no_args_is_help=True, help="Work with the root key, on a machine without a network.")

RootKey = Annotated[Path, typer.Option("--root-key", help="The root key file.")]


@app.command()
def root(context: typer.Context, root_key: Annotated[Path, typer.Argument(help="New file for the root key.")]) -> None:
    """Make the root key of a new deployment, sealed by a password.

    Then take the file to the server once for `cencomm init --root-key`, or keep it and carry requests to it.
    """
    given = options(context)
    password = given.new_password("new_root_password")
    made = run_async(given.output, lambda: account.new_root(root_key, password))
    given.output.say(
        given.output.text(
            "root_made",
            file=str(root_key),
            deployment=made.deployment_id.hex(),
            root=made.root_public_key.hex(),
        ),
        {"deployment_id": made.deployment_id, "root_public_key": made.root_public_key, "file": str(root_key)},
    )


@app.command()
def ncp(
    context: typer.Context,
    request: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Request, as `cencomm requests --save` wrote it.")
    ],
    root_key: RootKey = Path("root.key"),
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File for the certificate.", show_default="REQUEST.certificate")
    ] = None,
) -> None:
    """Certify a national contact point with the root key.

    Take the certificate back and publish it with `cencomm certify --certificate`.
    """
    given = options(context)
    pending = PendingRequest.decode(read_bytes(request))
    target = out or request.with_suffix(".certificate")
    password = given.password("root_password")
    made = run_async(given.output, lambda: account.certify_ncp(root_key, password, pending))
    write_new(target, made.encode())
    given.output.say(
        given.output.text("ncp_certified", account=pending.account, name=pending.display_name, file=str(target)),
        {"account": pending.account, "certificate": str(target)},
    )
