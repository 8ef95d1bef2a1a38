"""What a storage for pictures promises, on a folder and on an S3 server alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cen_core.errors import StorageFailed
from cen_core.services.picture_files import PictureFiles, name_of
from cen_core.store.picture_folder import PictureFolder
from cen_core.store.picture_s3 import S3Pictures
from tests.s3_server import environment_of, new_bucket

ONE, OTHER = "a" * 32, "b" * 32


@pytest.fixture(params=["folder", "s3", "s3 below a folder"])
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PictureFiles]:
    if request.param == "folder":
        yield PictureFolder(tmp_path / "not made yet")
        return
    address = request.getfixturevalue("s3_address")
    for name, value in environment_of(address).items():
        monkeypatch.setenv(name, value)
    yield S3Pictures(new_bucket(address) + ("/cen/core" if "below" in request.param else ""))


async def test_what_was_put_is_read_and_put_over(files: PictureFiles) -> None:
    await files.put(name_of(ONE, "full"), b"first and long")
    await files.put(name_of(ONE, "full"), b"second")
    assert await files.read(name_of(ONE, "full")) == b"second"


async def test_folders_are_told_with_their_time_and_erased_whole(files: PictureFiles) -> None:
    assert await files.folders() == {}
    for picture_id in (ONE, OTHER):
        for size in ("full", "screen", "thumb"):
            await files.put(name_of(picture_id, size), b"x")
    assert set(await files.folders()) == {ONE, OTHER}
    assert all(at > 1_600_000_000 for at in (await files.folders()).values())
    await files.erase(ONE)
    await files.erase(ONE)
    assert set(await files.folders()) == {OTHER}
    with pytest.raises(FileNotFoundError):
        await files.read(name_of(ONE, "full"))


async def test_a_folder_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_bytes(b"a file where the folder should be")
    with pytest.raises(StorageFailed):
        await PictureFolder(tmp_path).put(name_of(ONE, "full"), b"x")
    assert os.listdir(tmp_path) == ["pictures"]


async def test_only_the_server_reads_them(tmp_path: Path) -> None:
    await PictureFolder(tmp_path).put(name_of(ONE, "full"), b"x")
    path = tmp_path / name_of(ONE, "full")
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert [left.name for left in path.parent.iterdir()] == ["full.jpg"]
