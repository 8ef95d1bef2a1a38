"""Which files and uploads there are, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert

from cencomm.crypto.files import FileName
from cencomm.groups.errors import FileHashWrong, FilesFull, FileUnknown, TooManyUploads
from cencomm.groups.files import UPLOADS_OF_A_DEVICE, StoredFile, Upload
from cencomm.ids import CugId, DeviceId
from cencomm.store.files import FileIndex
from cencomm.store.tables import cugs
from tests.store.databases import migrated

CUG, OTHER = CugId(b"c" * 16), CugId(b"o" * 16)
LAPTOP, PHONE = DeviceId("KE/otieno/laptop"), DeviceId("KE/otieno/phone")
ROOM = 1_000


@pytest.fixture
async def index(database_url: str) -> AsyncIterator[FileIndex]:
    async with migrated(database_url) as database:
        async with database.engine.begin() as connection:
            for cug_id in (CUG, OTHER):
                row = {
                    "cug_id": cug_id, "state": "open", "group_id": b"g", "epoch": 0, "last_seq": 1,
                    "last_time_ms": 1, "opened_ms": 1,
                }  # fmt: skip
                await connection.execute(insert(cugs).values(**row))
        yield FileIndex(database.engine)


def upload(name: str, length: int = 400, *, cug_id: CugId = CUG, device: DeviceId = LAPTOP) -> Upload:
    upload_id = f"{name} {device} {cug_id.hex()}".encode()
    return Upload(upload_id, cug_id, device, FileName(name.encode(), length))


async def begun(index: FileIndex, new: Upload) -> Upload | StoredFile:
    return await index.begin(new, ROOM, 5)


async def test_an_upload_grows_and_becomes_a_file(index: FileIndex) -> None:
    new = upload("a")
    assert await begun(index, new) == new
    await index.received(new.upload_id, 1, 6)
    again = await begun(index, upload("a"))
    assert isinstance(again, Upload)
    assert again.received == 1
    await index.finish(new, 7, shared=True, now_ms=8)
    stored = StoredFile(new.name, 7, shared=True)
    assert await index.find(CUG, b"a") == stored
    assert await index.upload(CUG, LAPTOP, b"a") is None
    assert await begun(index, upload("a")) == stored
    assert await index.lengths() == {b"a": 400}


async def test_a_chunk_that_comes_late_takes_nothing_back(index: FileIndex) -> None:
    new = upload("a")
    await begun(index, new)
    await index.received(new.upload_id, 3, 6)
    await index.received(new.upload_id, 2, 6)
    found = await index.upload(CUG, LAPTOP, b"a")
    assert found is not None
    assert found.received == 3


async def test_a_file_of_one_group_is_no_file_of_another(index: FileIndex) -> None:
    new = upload("a")
    await begun(index, new)
    await index.finish(new, 7, shared=True, now_ms=8)
    assert await index.find(OTHER, b"a") is None
    assert isinstance(await begun(index, upload("a", cug_id=OTHER)), Upload)


async def test_the_files_of_a_group_never_pass_its_bound(index: FileIndex) -> None:
    await begun(index, upload("a"))
    await begun(index, upload("b"))
    with pytest.raises(FilesFull) as error:
        await begun(index, upload("c"))
    assert error.value.facts == {"limit": ROOM, "left": 200}
    assert await index.upload(CUG, LAPTOP, b"c") is None
    assert await index.total_bytes() == 800
    assert isinstance(await begun(index, upload("c", cug_id=OTHER)), Upload)


async def test_uploads_at_once_do_not_pass_the_bound_together(index: FileIndex) -> None:
    asked = [begun(index, upload(str(number), 300)) for number in range(8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, Upload) for answer in answers) == 3
    assert sum(isinstance(answer, FilesFull) for answer in answers) == 5
    assert await index.total_bytes() == 900


async def test_giving_up_frees_the_room_once(index: FileIndex) -> None:
    new = upload("a", 900)
    await begun(index, new)
    for _ in range(2):
        await index.drop(new)
    assert await index.total_bytes() == 0
    with pytest.raises(FileUnknown):
        await index.received(new.upload_id, 1, 6)
    await index.finish(new, 7, shared=True, now_ms=8)
    assert await index.find(CUG, b"a") is None


async def test_two_devices_with_one_file_take_its_room_once_in_the_end(index: FileIndex) -> None:
    one, two = upload("a"), upload("a", device=PHONE)
    await begun(index, one)
    await begun(index, two)
    await index.finish(one, 7, shared=True, now_ms=8)
    await index.finish(two, 9, shared=False, now_ms=8)
    assert await index.total_bytes() == 400
    assert await index.find(CUG, b"a") == StoredFile(one.name, 9, shared=False)


async def test_a_device_has_so_many_uploads_at_once(index: FileIndex) -> None:
    for number in range(UPLOADS_OF_A_DEVICE):
        await begun(index, upload(str(number), 1))
    with pytest.raises(TooManyUploads):
        await begun(index, upload("more", 1))
    assert await index.total_bytes() == UPLOADS_OF_A_DEVICE
    await begun(index, upload("more", 1, device=PHONE))


async def test_a_name_has_one_length(index: FileIndex) -> None:
    await begun(index, upload("a"))
    with pytest.raises(FileHashWrong):
        await begun(index, upload("a", 401))


async def test_what_nobody_goes_on_with_is_found(index: FileIndex) -> None:
    old, new = upload("a"), upload("b")
    await index.begin(old, ROOM, 5)
    await index.begin(new, ROOM, 50)
    assert await index.untouched_since(50) == [old]
    assert await index.upload_ids() == {old.upload_id, new.upload_id}


async def test_attaching_again_moves_a_file_forward(index: FileIndex) -> None:
    new = upload("a")
    await begun(index, new)
    await index.finish(new, 7, shared=True, now_ms=8)
    await index.attached_again(CUG, b"a", 20, shared=False)
    assert await index.find(CUG, b"a") == StoredFile(new.name, 20, shared=False)
