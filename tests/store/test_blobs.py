"""What both kinds of storage for files promise: the same tests on a folder and on an S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cencomm.groups.errors import FileNotStored
from cencomm.store.blob_folder import BlobFolder
from cencomm.store.blob_s3 import S3Blobs
from cencomm.store.blobs import PIECE, BlobMissing, Blobs, chunk_blob, file_blob, pieces, upload_folder
from tests.s3_server import environment_of, new_bucket


@pytest.fixture(params=["folder", "s3", "s3 below a folder"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Blobs]:
    if request.param == "folder":
        yield BlobFolder(tmp_path / "not made yet")
        return
    address = request.getfixturevalue("s3_address")
    for name, value in environment_of(address).items():
        monkeypatch.setenv(name, value)
    folder = "/operations" if "below" in request.param else ""
    yield S3Blobs(new_bucket(address) + folder)


async def test_what_was_put_is_read_in_stretches(blobs: Blobs) -> None:
    await blobs.put("files/a", b"0123456789")
    assert await blobs.read("files/a", 0, 10) == b"0123456789"
    assert await blobs.read("files/a", 3, 4) == b"3456"


async def test_putting_again_writes_over(blobs: Blobs) -> None:
    await blobs.put("files/a", b"first and long")
    await blobs.put("files/a", b"second")
    assert await blobs.read("files/a", 0, 6) == b"second"
    assert await blobs.sizes("files") == {"files/a": 6}


async def test_parts_become_one(blobs: Blobs) -> None:
    parts = [chunk_blob(b"u", index) for index in range(12)]
    contents = [bytes([index]) * (PIECE + index) for index in range(12)]
    for part, content in zip(parts, contents, strict=True):
        await blobs.put(part, content)
    name, whole = file_blob(b"h"), b"".join(contents)
    await blobs.join(name, parts)
    assert b"".join([piece async for piece in pieces(blobs, name, len(whole))]) == whole
    assert (await blobs.sizes("files"))[name] == len(whole)


async def test_a_missing_part_leaves_nothing_behind(blobs: Blobs) -> None:
    await blobs.put(chunk_blob(b"u", 0), b"there")
    with pytest.raises(BlobMissing):
        await blobs.join(file_blob(b"h"), [chunk_blob(b"u", 0), chunk_blob(b"u", 1)])
    assert await blobs.sizes("files") == {}
    with pytest.raises(BlobMissing):
        await blobs.read(file_blob(b"h"), 0, 1)


async def test_folders_are_listed_and_deleted_whole(blobs: Blobs) -> None:
    assert await blobs.folders("uploads") == []
    for upload in (b"one", b"two"):
        await blobs.put(chunk_blob(upload, 0), b"x")
        await blobs.put(chunk_blob(upload, 1), b"y")
    assert sorted(await blobs.folders("uploads")) == [b"one".hex(), b"two".hex()]
    await blobs.delete_below(upload_folder(b"one"))
    assert await blobs.folders("uploads") == [b"two".hex()]
    assert await blobs.sizes(upload_folder(b"two")) == {chunk_blob(b"two", 0): 1, chunk_blob(b"two", 1): 1}
    await blobs.delete_below(upload_folder(b"one"))  # again is harmless


async def test_what_lies_under_another_name_is_not_deleted(blobs: Blobs) -> None:
    await blobs.put("uploads/ab/0", b"x")
    await blobs.put("uploads/abc/0", b"x")
    await blobs.delete_below("uploads/ab")
    assert await blobs.folders("uploads") == ["abc"]


async def test_a_storage_that_does_not_answer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder can be made here")
    with pytest.raises(FileNotStored):
        await BlobFolder(tmp_path / "file").put("files/a", b"x")
    for name, value in environment_of("http://127.0.0.1:1").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FileNotStored):
        await S3Blobs("nowhere", retry_config={"max_retries": 0}).put("files/a", b"x")
