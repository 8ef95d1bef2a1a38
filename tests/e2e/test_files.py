"""Encrypted files from one officer's disk to another's, through a real server and through a hostile one.

FI-001 what is attached is saved as it was, by present members; the server holds none of it in clear
FI-002 a server that swaps, reorders, cuts, alters or exchanges chunks is found, and nothing is written
FI-003 a cut in the middle of an upload costs a chunk: it goes on where it was, also after a restart of the client
FI-004 a refusal for good keeps nothing, and is told
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from cencomm.client import files as client_files
from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.client.errors import FileExists, ServerMisbehaved, ServerRefused
from cencomm.crypto.files import CHUNK_BYTES, SEALED_CHUNK_BYTES, FileRefused
from cencomm.ids import OfficerId
from cencomm.wire.content import Attachment
from tests.e2e.hostile_proxy import HostileProxy
from tests.e2e.world import World, messages, operation
from tests.servers import RunningServer

PATIENCE_SECONDS = 30
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2_300
NewServer = Callable[[], RunningServer]


@contextlib.asynccontextmanager
async def two(world: World) -> AsyncIterator[tuple[Client, Cug, Cug]]:
    async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
        here, there = await operation(otieno, dupont)
        yield otieno, here, there


def stored(server: RunningServer) -> list[Path]:
    return [path for path in (server.data_dir / "files").rglob("*") if path.is_file()]


def kept(client: Client) -> list[Path]:
    """Ciphertext that waits on the device."""
    return [path for path in (client.profile.folder / "files").rglob("*") if path.is_file()]


async def test_a_picture_goes_from_one_officer_to_another(new_server: NewServer, tmp_path: Path) -> None:
    """FI-001, FI-002"""
    server = new_server()
    world = await World.found(tmp_path, server)
    source = tmp_path / "seal\u202e.png"
    source.write_bytes(PICTURE)
    (tmp_path / "note.txt").write_bytes(PICTURE[::-1])
    async with two(world) as (otieno, here, there):
        told: list[tuple[int, int]] = []
        await here.send_files(
            [source, tmp_path / "note.txt"], "see", on_progress=lambda done, of: told.append((done, of))
        )
        await here.flush(PATIENCE_SECONDS)
        await there.wait_seq(here.last_seq, PATIENCE_SECONDS)
        [item] = messages(there)
        assert [(file.name, file.size, file.media_type) for file in item.files] == [
            ("seal.png", len(PICTURE), "image/png"),
            ("note.txt", len(PICTURE), "text/plain"),
        ]
        assert told == sorted(told)
        assert told[-1][0] == told[-1][1]
        saved = [await there.save_file(file, tmp_path / "profiles") for file in item.files]
        assert [path.read_bytes() for path in saved] == [PICTURE, PICTURE[::-1]]
        assert saved[0].name == "seal.png"
        with pytest.raises(FileExists):
            await there.save_file(item.files[0], tmp_path / "profiles")
        assert len(stored(server)) == 2
        assert not any(PICTURE[:32] in path.read_bytes() for path in stored(server))
        assert kept(otieno) == []
        await refuse_what_is_false(server, there, item.files[0], item.files[1], tmp_path)
        await here.remove(OfficerId("FR/dupont"))
        with pytest.raises(ServerRefused) as refused:
            await there.save_file(item.files[0], tmp_path / "again.png")
        assert refused.value.server_code == "groups.not_member"
        assert not (tmp_path / "again.png").exists()


async def refuse_what_is_false(server: RunningServer, there: Cug, one: Attachment, other: Attachment, to: Path) -> None:
    """FI-002"""
    blobs = {path.name: path for path in stored(server)}
    first, second = blobs[one.hash.hex()], blobs[other.hash.hex()]
    right, foreign = first.read_bytes(), second.read_bytes()
    size = SEALED_CHUNK_BYTES
    for wrong in (
        right[size : 2 * size] + right[:size] + right[2 * size :],
        right[:size] + foreign[size : 2 * size] + right[2 * size :],
        foreign,
        right[:-1],
        right[: 2 * size],
        right[:100] + bytes([right[100] ^ 1]) + right[101:],
    ):
        first.write_bytes(wrong)
        with pytest.raises(FileRefused):
            await there.save_file(one, to / "saved")
        assert not (to / "saved").exists()
        assert not list(to.glob(".*.part"))
    first.write_bytes(right)
    await there.save_file(one, to / "saved")
    assert (to / "saved").read_bytes() == PICTURE


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[RunningServer]:
    """One database is enough for what the client does by itself."""
    environment = {"CENCOMM_FILE_MB": "2"}
    server = RunningServer(tmp_path / "server", f"sqlite:///{tmp_path / 'server' / 'db'}", environment=environment)
    yield server
    server.kill()


async def test_an_upload_goes_on_after_a_cut_and_ends_with_a_refusal(
    limited: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FI-003, FI-004"""
    world = await World.found(tmp_path, limited)
    (tmp_path / "one").write_bytes(bytes(5 * CHUNK_BYTES))
    (tmp_path / "large").write_bytes(bytes(3_000_000))
    monkeypatch.setattr(client_files, "PATIENCE_SECONDS", 0.0)
    async with HostileProxy(limited.url).running() as proxy:
        world.through["KE/otieno"] = proxy.url
        taken: list[int] = []

        def cut(method: str, path: str, answer: dict[str, int]) -> dict[str, int]:
            if method == "PUT" and "/files/" in path:
                taken.append(int(path.rpartition("/")[2]))
                if taken == [0, 1]:
                    raise ConnectionError
            return answer

        async with world.officer("KE/otieno") as otieno:
            here = await otieno.open_cug("Operation Tiger")
            cug_id = here.id
            with pytest.raises(ServerRefused) as refused:
                await here.send_files([tmp_path / "large"], "too large")
            assert refused.value.server_code == "files.too_large"
            assert [alarm.code for alarm in here.alarms()] == ["attachment_refused"]
            assert kept(otieno) == stored(limited) == []
            proxy.alter_answer = cut
            with pytest.raises(ServerMisbehaved):
                await here.send_files([tmp_path / "one"], "cut")
        (tmp_path / "one").unlink()
        async with world.officer("KE/otieno") as otieno:
            here = otieno.cug(cug_id)
            await here.keep_up()
            while not messages(here):
                await here.wait_seq(here.last_seq + 1, PATIENCE_SECONDS)
            assert taken == [0, 1, 2, 3, 4], "the chunk before the cut was stored, and none is sent twice"
            [file] = messages(here)[0].files
            await here.save_file(file, tmp_path / "saved")
            assert (tmp_path / "saved").read_bytes() == bytes(5 * CHUNK_BYTES)
