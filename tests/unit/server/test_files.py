"""The running storage for files (both databases): uploads, who may have what, and what is cleaned up."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cencomm.crypto.files import FileName, FileOpener, new_file_key, seal_chunks
from cencomm.crypto.group_context import History, Role
from cencomm.crypto.primitives import sha256
from cencomm.groups.errors import (
    ChunkOutOfOrder,
    CugClosed,
    FileHashWrong,
    FileNotStored,
    FilesFull,
    FileTooLarge,
    FileUnknown,
    NotMember,
    RoleNotAllowed,
)
from cencomm.groups.files import UPLOAD_LIFE_MS, FileBounds, StoredFile, Upload
from cencomm.ids import CugId
from cencomm.server.files import Files
from tests.delivery_stand import Clock, Server, prepare, running
from tests.s3_server import environment_of, new_bucket
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA, Person
from tests.unit.groups.members import Made, Member, entry_of
from tests.unit.server.test_http_cugs import Stand

CONTENT = bytes(range(256)) * 2_100


@dataclass
class Sealed:
    key: bytes
    name: FileName
    chunks: list[bytes]

    @classmethod
    def of(cls, content: bytes = CONTENT) -> Sealed:
        key = new_file_key()
        chunks = list(seal_chunks(key, len(content), io.BytesIO(content).read))
        whole = b"".join(chunks)
        return cls(key, FileName(sha256(whole), len(whole)), chunks)


@dataclass
class Operation:
    """A server, its storage, and the organiser of a CUG on it."""

    server: Server
    stand: Stand
    folder: Path
    clock: Clock
    organiser: Member

    @property
    def files(self) -> Files:
        return self.server.services.files

    @property
    def cug_id(self) -> CugId:
        return self.organiser.cug_id

    async def upload(self, sealed: Sealed, person: Person = OTIENO, cug_id: CugId | None = None) -> StoredFile:
        cug = cug_id or self.cug_id
        begun = await self.files.begin(person.device_id, cug, sealed.name)
        if isinstance(begun, Upload):
            for index, chunk in enumerate(sealed.chunks):
                await self.files.take_chunk(person.device_id, cug, sealed.name.hash, index, chunk)
        return await self.files.finish(person.device_id, cug, sealed.name.hash)

    async def read(self, sealed: Sealed, person: Person = OTIENO) -> bytes:
        found = [
            await self.files.chunk(person.device_id, self.cug_id, sealed.name.hash, index)
            for index in range(sealed.name.chunks)
        ]
        return b"".join(found)

    async def commit(self, made: Made) -> None:
        await self.stand.commit(self.organiser, made)

    def lying(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
async def operation(database_url: str, tmp_path: Path) -> AsyncIterator[Operation]:
    await prepare(database_url, [OTIENO, SILVA, DUBOIS])
    clock = Clock()
    async with running(database_url, tmp_path, clock=clock) as server:
        stand = Stand(server)
        yield Operation(server, stand, tmp_path / "files", clock, await stand.open())


class TestUploading:
    async def test_what_was_uploaded_is_read_back_and_opens(self, operation: Operation) -> None:
        sealed = Sealed.of()
        assert len(sealed.chunks) == 3
        stored = await operation.upload(sealed)
        assert stored == StoredFile(sealed.name, 1, shared=True)
        opener = FileOpener(new_file_key(lambda _: sealed.key), sealed.name, len(CONTENT))
        read = await operation.read(sealed)
        assert read == b"".join(sealed.chunks)
        assert b"".join([opener.take(chunk) for chunk in sealed.chunks]) == CONTENT
        assert operation.lying() == [f"files/{sealed.name.hash.hex()}"]

    async def test_an_upload_that_was_cut_goes_on_where_it_was(self, operation: Operation) -> None:
        sealed, who, cug = Sealed.of(), OTIENO.device_id, operation.cug_id
        await operation.files.begin(who, cug, sealed.name)
        await operation.files.take_chunk(who, cug, sealed.name.hash, 0, sealed.chunks[0])
        again = await operation.files.begin(who, cug, sealed.name)
        assert isinstance(again, Upload)
        assert again.received == 1
        repeated = await operation.files.take_chunk(who, cug, sealed.name.hash, 0, sealed.chunks[0])
        assert isinstance(repeated, Upload)
        assert repeated.received == 1
        with pytest.raises(ChunkOutOfOrder):
            await operation.files.take_chunk(who, cug, sealed.name.hash, 2, sealed.chunks[2])
        with pytest.raises(ChunkOutOfOrder):
            await operation.files.finish(who, cug, sealed.name.hash)
        await operation.upload(sealed)
        assert await operation.read(sealed) == b"".join(sealed.chunks)

    async def test_two_groups_with_one_file_keep_it_once(self, operation: Operation) -> None:
        sealed, other = Sealed.of(), await operation.stand.open(SILVA)
        await operation.upload(sealed)
        begun = await operation.files.begin(SILVA.device_id, other.cug_id, sealed.name)
        assert isinstance(begun, Upload)
        assert begun.received == 0, "who knows the name of a file must bring the file"
        await operation.upload(sealed, SILVA, other.cug_id)
        assert operation.lying() == [f"files/{sealed.name.hash.hex()}"]

    async def test_a_file_that_the_group_has_is_not_uploaded_again(self, operation: Operation) -> None:
        sealed = Sealed.of()
        await operation.upload(sealed)
        assert isinstance(await operation.files.begin(OTIENO.device_id, operation.cug_id, sealed.name), StoredFile)

    async def test_finishing_twice_at_once_is_harmless(self, operation: Operation) -> None:
        sealed, who, cug = Sealed.of(), OTIENO.device_id, operation.cug_id
        await operation.files.begin(who, cug, sealed.name)
        for index, chunk in enumerate(sealed.chunks):
            await operation.files.take_chunk(who, cug, sealed.name.hash, index, chunk)
        await asyncio.gather(*[operation.files.finish(who, cug, sealed.name.hash) for _ in range(3)])
        assert await operation.read(sealed) == b"".join(sealed.chunks)
        assert operation.lying() == [f"files/{sealed.name.hash.hex()}"]


class TestRefusals:
    """Nothing is stored, nothing is reserved."""

    async def test_another_hash_than_the_name_says(self, operation: Operation) -> None:
        sealed, other = Sealed.of(), Sealed.of(bytes(len(CONTENT)))
        with pytest.raises(FileHashWrong):
            await operation.upload(Sealed(sealed.key, sealed.name, other.chunks))
        assert operation.lying() == []
        with pytest.raises(FileUnknown):
            await operation.read(sealed)
        await operation.upload(sealed)

    async def test_more_than_a_file_or_a_group_may_take(self, operation: Operation) -> None:
        sealed = Sealed.of()
        operation.files.bounds = FileBounds(sealed.name.length - 1, 10**9)
        with pytest.raises(FileTooLarge):
            await operation.upload(sealed)
        operation.files.bounds = FileBounds(10**9, sealed.name.length)
        await operation.upload(sealed)
        with pytest.raises(FilesFull):
            await operation.upload(Sealed.of())
        assert operation.lying() == [f"files/{sealed.name.hash.hex()}"]

    async def test_strangers_and_the_removed(self, operation: Operation) -> None:
        sealed = Sealed.of()
        await operation.upload(sealed)
        for stranger in (SILVA, DUBOIS):
            with pytest.raises(NotMember):
                await operation.upload(Sealed.of(), stranger)
            with pytest.raises(NotMember):
                await operation.read(sealed, stranger)
        await operation.commit(operation.organiser.admitting(SILVA))
        assert await operation.read(sealed, SILVA) == b"".join(sealed.chunks)
        await operation.commit(operation.organiser.removing(SILVA))
        for ask in (operation.read(sealed, SILVA), operation.upload(Sealed.of(), SILVA)):
            with pytest.raises(NotMember):
                await ask
        assert operation.lying() == [f"files/{sealed.name.hash.hex()}"]

    async def test_a_cug_that_is_none(self, operation: Operation) -> None:
        with pytest.raises(NotMember):
            await operation.upload(Sealed.of(), cug_id=CugId(bytes(16)))

    async def test_an_observer(self, operation: Operation) -> None:
        cug_id, observer = CugId(sha256(b"observed")[:16]), entry_of(SILVA, Role.OBSERVER)
        organiser = Member.opening(OTIENO, cug_id, observer)
        await operation.stand.post(
            OTIENO, "/v1/cugs", cug_id=cug_id, client_ref=bytes(16), group_start=organiser.start_body()
        )
        sealed = Sealed.of()
        await operation.upload(sealed, OTIENO, cug_id)
        with pytest.raises(RoleNotAllowed):
            await operation.upload(Sealed.of(), SILVA, cug_id)
        with pytest.raises(FileUnknown):
            await operation.files.chunk(SILVA.device_id, cug_id, sealed.name.hash, 0)

    async def test_a_closed_group_takes_nothing_and_its_members_read_on(self, operation: Operation) -> None:
        sealed = Sealed.of()
        await operation.upload(sealed)
        await operation.stand.close(OTIENO, operation.cug_id)
        with pytest.raises(CugClosed):
            await operation.upload(Sealed.of())
        assert await operation.read(sealed) == b"".join(sealed.chunks)

    async def test_a_file_that_is_gone_is_said_and_not_invented(self, operation: Operation) -> None:
        sealed = Sealed.of()
        await operation.upload(sealed)
        (operation.folder / "files" / sealed.name.hash.hex()).unlink()
        with pytest.raises(FileNotStored):
            await operation.read(sealed)


class TestHistory:
    async def test_a_newcomer_has_files_from_before_only_where_the_policy_shares_the_past(
        self, database_url: str, tmp_path: Path
    ) -> None:
        await prepare(database_url, [OTIENO, SILVA])
        async with running(database_url, tmp_path) as server:
            cug_id = CugId(sha256(b"cug")[:16])
            organiser = Member.opening(OTIENO, cug_id, history=History.FROM_JOIN)
            stand = Stand(server)
            status, _ = await stand.post(
                OTIENO, "/v1/cugs", cug_id=cug_id, client_ref=bytes(16), group_start=organiser.start_body()
            )
            assert status == 201
            operation = Operation(server, stand, tmp_path / "files", server.clock, organiser)
            before, after = Sealed.of(b"before"), Sealed.of(b"after")
            await operation.upload(before)
            await operation.commit(organiser.admitting(SILVA))
            await operation.upload(after)
            assert await operation.read(after, SILVA) == b"".join(after.chunks)
            with pytest.raises(FileUnknown):
                await operation.read(before, SILVA)
            await operation.files.begin(OTIENO.device_id, cug_id, before.name)  # attached anew: his as well
            assert await operation.read(before, SILVA) == b"".join(before.chunks)


class TestCleaning:
    async def test_an_upload_that_nobody_goes_on_with_is_removed(self, operation: Operation) -> None:
        sealed, who, cug = Sealed.of(), OTIENO.device_id, operation.cug_id
        await operation.files.begin(who, cug, sealed.name)
        await operation.files.take_chunk(who, cug, sealed.name.hash, 0, sealed.chunks[0])
        operation.clock.now_ms = NOW_MS + UPLOAD_LIFE_MS
        await operation.files.sweep()
        assert len(operation.lying()) == 1
        operation.clock.now_ms += 1
        await operation.files.sweep()
        assert operation.lying() == []
        with pytest.raises(FileUnknown):
            await operation.files.take_chunk(who, cug, sealed.name.hash, 1, sealed.chunks[1])

    async def test_what_a_crash_left_is_removed_and_the_rest_stays(self, operation: Operation) -> None:
        sealed, other = Sealed.of(), Sealed.of()
        await operation.upload(sealed)
        await operation.files.begin(OTIENO.device_id, operation.cug_id, other.name)
        await operation.files.take_chunk(OTIENO.device_id, operation.cug_id, other.name.hash, 0, other.chunks[0])
        before = operation.lying()
        (operation.folder / "uploads" / "ab").mkdir()
        (operation.folder / "uploads" / "ab" / "0").write_bytes(b"left")
        await operation.files.sweep()
        assert operation.lying() == before

    async def test_cancelling_leaves_nothing(self, operation: Operation) -> None:
        sealed, who, cug = Sealed.of(), OTIENO.device_id, operation.cug_id
        await operation.files.begin(who, cug, sealed.name)
        await operation.files.take_chunk(who, cug, sealed.name.hash, 0, sealed.chunks[0])
        with pytest.raises(NotMember):
            await operation.files.cancel(SILVA.device_id, cug, sealed.name.hash)
        await operation.files.cancel(who, cug, sealed.name.hash)
        assert operation.lying() == []
        with pytest.raises(FileUnknown):
            await operation.files.cancel(who, cug, sealed.name.hash)


async def test_an_s3_store_serves_as_well_as_a_folder(
    s3_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment_of(s3_address).items():
        monkeypatch.setenv(name, value)
    url = f"sqlite:///{tmp_path / 'db'}"
    await prepare(url, [OTIENO])
    async with running(url, tmp_path, files_bucket=f"{new_bucket(s3_address)}/operations") as server:
        stand = Stand(server)
        operation = Operation(server, stand, tmp_path / "files", server.clock, await stand.open())
        sealed, other = Sealed.of(), Sealed.of()
        await operation.upload(sealed)
        assert await operation.read(sealed) == b"".join(sealed.chunks)
        with pytest.raises(FileHashWrong):
            await operation.upload(Sealed(sealed.key, Sealed.of().name, other.chunks))
        await operation.files.sweep()
        assert await operation.read(sealed) == b"".join(sealed.chunks)
        assert operation.lying() == []
