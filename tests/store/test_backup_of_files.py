"""A backup holds the encrypted files too, and puts them back whole (both databases)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from cencomm.crypto.files import FileName
from cencomm.crypto.primitives import sha256
from cencomm.groups.files import Upload
from cencomm.ids import CugId, DeviceId
from cencomm.store import tables
from cencomm.store.backup import back_up
from cencomm.store.backup_file import BackupDamaged, open_backup
from cencomm.store.blob_folder import BlobFolder
from cencomm.store.blobs import file_blob
from cencomm.store.database import Database
from cencomm.store.files import FileIndex
from cencomm.store.restore import restore
from tests.accounts_world import World
from tests.store.test_backup import address_of, quiet
from tests.store.test_restore import CUG, write_log

CONTENT = bytes(range(256)) * 9_000
DEVICE = DeviceId("KE/otieno/laptop")


async def with_files(world: World, blobs: BlobFolder) -> None:
    """One file that is there, one that is lost, one on its way."""
    await write_log(world.database, 3)
    index = FileIndex(world.database.engine)
    for number, content in enumerate([CONTENT, b"lost", b"on its way"]):
        upload = Upload(b"%d" % number, CugId(CUG), DEVICE, FileName(sha256(content), len(content)))
        await index.begin(upload, 10**9, 1)
        if content != b"on its way":
            await index.finish(upload, 1, shared=True, now_ms=1)
    await blobs.put(file_blob(sha256(CONTENT)), CONTENT)


async def test_files_go_into_the_backup_and_come_back(world: World, tmp_path: Path) -> None:
    blobs, others = BlobFolder(tmp_path / "files"), BlobFolder(tmp_path / "restored")
    await with_files(world, blobs)
    made = await back_up(address_of(world), tmp_path / "b", now_ms=7, progress=quiet, blobs=blobs)
    assert (made.files, made.file_bytes, made.missing_files) == (1, len(CONTENT), 1)
    target = f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    with open_backup(tmp_path / "b") as backup:
        await restore(target, backup, progress=quiet, blobs=others)
    name = file_blob(sha256(CONTENT))
    assert await others.sizes("files") == {name: len(CONTENT)}
    assert await others.read(name, 0, len(CONTENT)) == CONTENT
    assert await others.folders("uploads") == []
    database = Database.open(target)
    index = FileIndex(database.engine)
    assert await index.total_bytes() == len(CONTENT) + len(b"lost"), "the upload's room is free again"
    assert await index.upload_ids() == set()
    await database.close()


async def test_a_file_that_is_not_what_its_name_says_is_not_put_back(world: World, tmp_path: Path) -> None:
    blobs, others = BlobFolder(tmp_path / "files"), BlobFolder(tmp_path / "restored")
    await with_files(world, blobs)
    await blobs.put(file_blob(sha256(CONTENT)), bytes(len(CONTENT)))
    await back_up(address_of(world), tmp_path / "b", now_ms=7, progress=quiet, blobs=blobs)
    target = f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    with open_backup(tmp_path / "b") as backup, pytest.raises(BackupDamaged):
        await restore(target, backup, progress=quiet, blobs=others)
    assert await others.sizes("files") == {}
    assert not (tmp_path / "restored.sqlite3").exists()


async def test_a_backup_without_files_is_one_too(world: World, tmp_path: Path) -> None:
    await with_files(world, BlobFolder(tmp_path / "files"))
    made = await back_up(address_of(world), tmp_path / "b", now_ms=7, progress=quiet)
    assert (made.files, made.missing_files) == (0, 0)
    async with world.database.engine.connect() as connection:
        named = len((await connection.execute(select(tables.files))).all())
    with open_backup(tmp_path / "b") as backup:
        assert sum(len(chunk) for chunk in backup.rows("files")) == named == 2
        assert list(backup.files()) == []
