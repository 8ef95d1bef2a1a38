"""A folder of this machine: private, atomic, and shared by several processes (the rest: test_blobs)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cencomm.groups.errors import FileNotStored
from cencomm.store.blob_folder import BlobFolder


async def test_only_the_servers_user_reads_them(tmp_path: Path) -> None:
    await BlobFolder(tmp_path / "files").put("files/a", b"x")
    for path in (tmp_path / "files").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) & 0o077 == 0


async def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = BlobFolder(tmp_path)
    await blobs.put("files/a", b"before")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileNotStored):
        await blobs.put("files/a", b"after")
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["a"]
    assert (tmp_path / "files" / "a").read_bytes() == b"before"


async def test_it_is_durable_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, order = tmp_path / "files" / "a", list[bool]()
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        order.append(target.exists())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    await BlobFolder(tmp_path).put("files/a", b"x")
    assert order == [False, False, True]  # the new folder's own name, the bytes, then the file's name


async def test_an_unfinished_file_of_a_crash_is_not_listed(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    await blobs.put("files/a", b"x")
    (tmp_path / "files" / ".b.1234.part").write_bytes(b"half")
    assert await blobs.sizes("files") == {"files/a": 1}
