"""Encrypted files over HTTP: bytes as they are, names and numbers that are what they should be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from cencomm.crypto.files import SEALED_CHUNK_BYTES
from tests.delivery_stand import Server, prepare, running
from tests.unit.crypto.people import DUBOIS, OTIENO, SILVA
from tests.unit.server.test_files import Sealed
from tests.unit.server.test_http_cugs import Stand, b64

Ready = tuple[Server, str, httpx2.AsyncClient]


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[Ready]:
    url = f"sqlite:///{tmp_path / 'db'}"
    await prepare(url, [OTIENO, SILVA, DUBOIS])
    async with running(url, tmp_path) as server, server.http(OTIENO) as http:
        organiser = await Stand(server).open()
        yield server, f"/v1/cugs/{organiser.cug_id.hex()}/files", http


async def test_a_file_goes_up_and_comes_down(ready: Ready) -> None:
    server, path, http = ready
    sealed = Sealed.of()
    file = f"{path}/{sealed.name.hash.hex()}"
    announced = {"file_hash": b64(sealed.name.hash), "length": sealed.name.length}
    answer = await http.post(path, json=announced)
    assert (answer.status_code, answer.json()) == (
        200,
        {"stored": False, "received": 0, "chunk_bytes": SEALED_CHUNK_BYTES},
    )
    for index, chunk in enumerate(sealed.chunks):
        answer = await http.put(f"{file}/{index}", content=chunk)
        assert (answer.status_code, answer.json()["received"]) == (200, index + 1)
    answer = await http.post(f"{file}/finish")
    assert (answer.status_code, answer.json()["stored"]) == (200, True)
    read = [await http.get(f"{file}/{index}") for index in range(len(sealed.chunks))]
    assert [one.content for one in read] == sealed.chunks
    assert read[0].headers["content-type"] == "application/octet-stream"
    assert read[0].headers["cache-control"] == "no-store"
    assert (await http.get(f"{file}/3")).json()["code"] == "files.unknown"
    async with server.http(SILVA) as stranger:
        answer = await stranger.get(f"{file}/0")
    assert (answer.status_code, answer.json()["code"]) == (403, "groups.not_member")


async def test_a_cancelled_upload_is_gone(ready: Ready) -> None:
    _, path, http = ready
    sealed = Sealed.of()
    await http.post(path, json={"file_hash": b64(sealed.name.hash), "length": sealed.name.length})
    assert (await http.delete(f"{path}/{sealed.name.hash.hex()}")).status_code == 204
    answer = await http.put(f"{path}/{sealed.name.hash.hex()}/0", content=sealed.chunks[0])
    assert (answer.status_code, answer.json()["code"]) == (404, "files.unknown")


async def test_what_does_not_belong_in_a_path_is_malformed(ready: Ready) -> None:
    _, path, http = ready
    whole = "ab" * 32
    hashes = [f"{wrong}/0" for wrong in (whole[:-2], f"{whole}00", whole.upper(), "zz" * 32)]
    for wrong in (*hashes, *(f"{whole}/{index}" for index in ("-1", "01", "1e3", "123456"))):
        answer = await http.get(f"{path}/{wrong}")
        assert (answer.status_code, answer.json()["code"]) == (400, "wire.malformed"), wrong


async def test_a_chunk_larger_than_any_is_not_read(ready: Ready) -> None:
    _, path, http = ready
    answer = await http.put(f"{path}/{'ab' * 32}/0", content=bytes(SEALED_CHUNK_BYTES + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "wire.too_large")


async def test_without_a_session_nothing_is_given(ready: Ready) -> None:
    server, path, _ = ready
    async with httpx2.AsyncClient(base_url=server.address, trust_env=False) as nobody:
        for answer in (
            await nobody.get(f"{path}/{'ab' * 32}/0"),
            await nobody.put(f"{path}/{'ab' * 32}/0", content=b"x"),
            await nobody.post(path, json={}),
        ):
            assert answer.status_code == 401
