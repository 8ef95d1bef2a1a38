"""A storage for files that lost some, or does not answer, is found (both databases)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert

from cencomm.server.doctor.files import examine_files
from cencomm.server.doctor.finding import Level
from cencomm.settings import Settings
from cencomm.store.blob_folder import BlobFolder
from cencomm.store.blobs import file_blob
from cencomm.store.tables import cugs, files
from tests.store.databases import migrated

CUG, HASH = b"c" * 16, b"h" * 32


async def found(settings: Settings) -> list[tuple[Level, str, dict[str, object]]]:
    return [(finding.level, finding.code, dict(finding.facts)) async for finding in examine_files(settings)]


async def test_every_file_that_is_named_must_be_there(database_url: str, tmp_path: Path) -> None:
    settings = Settings(tmp_path, database_url, files_dir=tmp_path / "files")
    async with migrated(database_url) as database:
        assert await found(settings) == [(Level.OK, "files_there", {"count": 0, "megabytes": 0})]
        async with database.engine.begin() as connection:
            row = {
                "cug_id": CUG, "state": "open", "group_id": CUG, "epoch": 0, "last_seq": 1,
                "last_time_ms": 1, "opened_ms": 1,
            }  # fmt: skip
            await connection.execute(insert(cugs).values(**row))
            file = {"cug_id": CUG, "file_hash": HASH, "length": 5, "seq": 1, "shared": True, "stored_ms": 1}
            await connection.execute(insert(files).values(**file))
        assert await found(settings) == [(Level.WRONG, "files_missing", {"count": 1})]
        blobs = BlobFolder(tmp_path / "files")
        await blobs.put(file_blob(HASH), b"1234")
        assert await found(settings) == [(Level.WRONG, "files_missing", {"count": 1})], "cut short"
        await blobs.put(file_blob(HASH), b"12345")
        assert await found(settings) == [(Level.OK, "files_there", {"count": 1, "megabytes": 0})]
