"""The storage for encrypted files: it answers, and has every file that the database names."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cencomm.groups.errors import FileNotStored
from cencomm.server.doctor.finding import Finding, ok, wrong
from cencomm.settings import Settings
from cencomm.store.blobs import FILES, file_blob
from cencomm.store.database import Database
from cencomm.store.files import FileIndex
from cencomm.store.storage import open_blobs

MEGABYTE = 1_000_000


async def examine_files(settings: Settings) -> AsyncIterator[Finding]:
    """The database must be there, with the newest schema. Raises SettingsInvalid. Reads only."""
    blobs = open_blobs(settings)
    database = Database.open(settings.database_url)
    try:
        named = await FileIndex(database.engine).lengths()
    finally:
        await database.close()
    try:
        there = await blobs.sizes(FILES)
    except FileNotStored:
        yield wrong("files_unreachable")
        return
    missing = sum(there.get(file_blob(file_hash)) != length for file_hash, length in named.items())
    if missing:
        yield wrong("files_missing", count=missing)
    else:
        yield ok("files_there", count=len(named), megabytes=sum(named.values()) // MEGABYTE)
