"""The core as a part of a running server: its key, its database, its application. Used by whoever wires the server."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from starlette.types import ASGIApp

from cen_core.api import CenCore, CenPeople, Passwords, PictureFiles, open_both
from cen_core.edge.app import build_app
from cen_core.edge.context import Services
from cen_core.edge.pages import Pages
from cen_core.edge.rates import Rates
from cen_core.edge.tables import Tables
from cen_core.errors import CenError
from cen_core.services.passwords import Argon2id
from cen_core.store.picture_folder import PictureFolder

DATABASE_FILE: Final = "cen.sqlite3"
KEY_FILE: Final = "cen.key"
KEY_BYTES: Final = 32
SWEEP_SECONDS: Final = 600

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the core keeps its things and how it is reached. On PostgreSQL its tables stand beside the server's; on
    SQLite it has a file of its own, so that neither waits for the other's writers."""

    data_dir: Path
    database_url: str
    origin: str
    behind_tls: bool
    client_dir: Path | None = None
    files_dir: Path | None = None
    """Where pictures lie, in a folder of their own; None for the data folder."""
    files_bucket: str = ""
    """`bucket/folder` of an S3-compatible store; empty where pictures lie in a folder."""

    @property
    def core_url(self) -> str:
        if self.database_url.startswith("sqlite"):
            return f"sqlite:///{self.data_dir / DATABASE_FILE}"
        return self.database_url

    @property
    def files(self) -> PictureFiles:
        """Raises ModuleNotFoundError: the extra `s3` is not installed."""
        if not self.files_bucket:
            return PictureFolder(self.files_dir or self.data_dir)
        from cen_core.store.picture_s3 import S3Pictures  # noqa: PLC0415  an extra, absent where nobody wants it

        return S3Pictures(self.files_bucket)


@asynccontextmanager
async def opened(place: Place, argon2id: Argon2id) -> AsyncIterator[tuple[CenCore, CenPeople]]:
    """Raises DatabaseUrlInvalid."""
    async with open_both(place.core_url, fingerprint_key(place.data_dir), Passwords(argon2id), place.files) as both:
        yield both


@asynccontextmanager
async def running(place: Place, argon2id: Argon2id, tables: Tables) -> AsyncIterator[ASGIApp]:
    """The application for everything under `/cen`, as long as the block runs. Raises DatabaseUrlInvalid."""
    async with opened(place, argon2id) as (core, people):
        services = Services(core, people, Pages(place.client_dir), Rates(time.monotonic), place.origin, tables)
        sweeping = asyncio.create_task(_sweep(core))
        try:
            yield build_app(services, behind_tls=place.behind_tls)
        finally:
            sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await sweeping


async def _sweep(core: CenCore) -> None:
    """Bytes that no picture has any more go at the start and from time to time."""
    while True:
        try:
            await core.cpdb.sweep()
        except CenError as error:
            log.warning("sweep", code=error.code)
        await asyncio.sleep(SWEEP_SECONDS)


def fingerprint_key(data_dir: Path) -> bytes:
    """The deployment's secret behind the fingerprints of national case numbers; made at the first start."""
    path = data_dir / KEY_FILE
    if not path.exists():
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = data_dir / f"{KEY_FILE}.{os.getpid()}"
        partial.touch(mode=0o600)
        partial.write_bytes(secrets.token_bytes(KEY_BYTES))
        try:
            os.link(partial, path)  # whoever was first has made it
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    key = path.read_bytes()
    assert len(key) == KEY_BYTES, path.name
    return key
