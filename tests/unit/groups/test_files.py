"""The rules for uploads, without a database (with one: tests/store/test_files.py)."""

from __future__ import annotations

import pytest

from cencomm.crypto.files import SEALED_CHUNK_BYTES, FileName, sealed_length
from cencomm.groups.errors import ChunkOutOfOrder, ChunkWrong, FileTooLarge, FileUnknown
from cencomm.groups.files import EMPTY_FILE, FileBounds, Upload, check_chunk, check_name
from cencomm.ids import CugId, DeviceId

BOUNDS = FileBounds(file_bytes=1_000_000, cug_bytes=2_000_000)
THREE = sealed_length(600_000)


def upload(received: int) -> Upload:
    return Upload(b"u" * 16, CugId(b"c" * 16), DeviceId("KE/otieno/laptop"), FileName(b"h" * 32, THREE), received)


def test_a_file_may_take_so_much_and_no_more() -> None:
    check_name(FileName(b"h" * 32, 1_000_000), BOUNDS)
    with pytest.raises(FileTooLarge):
        check_name(FileName(b"h" * 32, 1_000_001), BOUNDS)
    check_name(FileName(b"h" * 32, EMPTY_FILE), BOUNDS)
    with pytest.raises(ChunkWrong):
        check_name(FileName(b"h" * 32, EMPTY_FILE - 1), BOUNDS)


def test_the_next_chunk_is_taken_and_an_earlier_one_passed_over() -> None:
    assert check_chunk(upload(0), 0, SEALED_CHUNK_BYTES)
    assert not check_chunk(upload(1), 0, SEALED_CHUNK_BYTES)
    assert check_chunk(upload(2), 2, THREE - 2 * SEALED_CHUNK_BYTES)


def test_chunks_come_in_order_and_of_their_length() -> None:
    with pytest.raises(ChunkOutOfOrder) as error:
        check_chunk(upload(1), 2, 1)
    assert error.value.facts == {"received": 1}
    for length in (0, SEALED_CHUNK_BYTES - 1, SEALED_CHUNK_BYTES + 1):
        with pytest.raises(ChunkWrong):
            check_chunk(upload(0), 0, length)
    with pytest.raises(FileUnknown):
        check_chunk(upload(3), 3, SEALED_CHUNK_BYTES)


def test_an_upload_is_whole_with_its_last_chunk() -> None:
    assert [upload(received).is_whole for received in range(4)] == [False, False, False, True]
