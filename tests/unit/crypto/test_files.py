"""Files under a key of their own (PROTOCOL §3.7): what was sealed opens, and nothing else does."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from cencomm.crypto.files import (
    CHUNK_BYTES,
    MAX_FILE_BYTES,
    SEALED_CHUNK_BYTES,
    FileChanged,
    FileName,
    FileOpener,
    FileRefused,
    chunk_count,
    chunk_length,
    new_file_key,
    seal_chunks,
    sealed_length,
)
from cencomm.crypto.primitives import Secret, sha256, xchacha_seal
from tests.unit.crypto.people import repeatable

KEY = new_file_key(repeatable("key"))
THREE = 2 * CHUNK_BYTES + 9


def sealed(content: bytes, key: Secret = KEY) -> list[bytes]:
    return list(seal_chunks(key, len(content), io.BytesIO(content).read))


def name_of(chunks: Sequence[bytes]) -> FileName:
    whole = b"".join(chunks)
    return FileName(sha256(whole), len(whole))


def opened(chunks: Sequence[bytes], name: FileName, size: int, key: Secret = KEY) -> bytes:
    opener = FileOpener(key, name, size)
    content = b"".join([opener.take(chunk) for chunk in chunks])
    opener.finish()
    return content


@pytest.mark.parametrize("size", [0, 1, 256, 257, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, THREE])
def test_what_was_sealed_opens(size: int) -> None:
    content = repeatable("content")(size)
    chunks = sealed(content)
    assert opened(chunks, name_of(chunks), size) == content
    name = name_of(chunks)
    assert name.length == sealed_length(size)
    assert [len(chunk) for chunk in chunks] == [chunk_length(name.length, index) for index in range(name.chunks)]
    assert name.chunks == chunk_count(name.length) == len(chunks)


def test_the_length_of_a_ciphertext_does_not_name_the_file() -> None:
    assert sealed_length(1) == sealed_length(200)
    assert sealed_length(5_000_001) == sealed_length(5_000_777)
    assert sealed_length(5_000_000) < 5_000_000 * 1.13


def test_two_keys_never_give_the_same_ciphertext() -> None:
    assert sealed(b"the same") != sealed(b"the same", new_file_key())
    assert sealed(b"the same") == sealed(b"the same")


def refused(chunks: Sequence[bytes], name: FileName, size: int, key: Secret = KEY) -> str:
    with pytest.raises(FileRefused) as error:
        opened(chunks, name, size, key)
    return str(error.value.facts["reason"])


def test_chunks_that_change_places_do_not_open() -> None:
    first, second, third = sealed(bytes(THREE))
    swapped = [second, first, third]
    assert refused(swapped, name_of(swapped), THREE) == "does_not_open"


def test_a_chunk_of_another_file_does_not_open() -> None:
    first, _, third = sealed(bytes(THREE))
    other = sealed(bytes(THREE), new_file_key(repeatable("other")))
    mixed = [first, other[1], third]
    assert refused(mixed, name_of(mixed), THREE) == "does_not_open"


def test_another_file_of_the_same_length_does_not_open() -> None:
    other = sealed(bytes(THREE), new_file_key(repeatable("other")))
    assert refused(other, name_of(other), THREE) == "does_not_open"


def test_a_file_that_was_cut_between_chunks_is_refused() -> None:
    chunks = sealed(bytes(THREE))
    assert refused(chunks[:-1], name_of(chunks), THREE) == "cut"
    assert refused([], name_of(chunks), THREE) == "cut"


def test_a_chunk_that_was_last_is_not_taken_for_one_in_the_middle() -> None:
    """Cut with a forged name and size to match: the nonce of the last chunk says that it is the last."""
    short = sealed(bytes(2 * CHUNK_BYTES))
    long = sealed(bytes(THREE))
    assert refused(long[:2], name_of(long[:2]), 2 * CHUNK_BYTES) == "does_not_open"
    tail = [*short, long[2]]
    assert refused(tail, name_of(tail), THREE) == "does_not_open"


def test_a_chunk_too_many_or_of_the_wrong_length_is_refused() -> None:
    chunks = sealed(bytes(THREE))
    assert refused([*chunks, chunks[-1]], name_of(chunks), THREE) == "chunk_length"
    assert refused([chunks[0][:-1], *chunks[1:]], name_of(chunks), THREE) == "chunk_length"


def test_a_changed_byte_is_refused() -> None:
    chunks = sealed(b"evidence")
    changed = [bytes([chunks[0][0] ^ 1]) + chunks[0][1:]]
    assert refused(changed, name_of(chunks), 8) == "does_not_open"


def test_a_wrong_hash_is_refused() -> None:
    chunks = sealed(b"evidence")
    assert refused(chunks, FileName(sha256(b"other"), name_of(chunks).length), 8) == "hash"


def test_a_size_that_does_not_fit_the_length_is_refused() -> None:
    chunks = sealed(b"evidence")
    assert refused(chunks, name_of(chunks), 300) == "length"
    assert refused(chunks, name_of(chunks), -1) == "length"
    assert refused(chunks, FileName(bytes(32), sealed_length(MAX_FILE_BYTES + 1)), MAX_FILE_BYTES + 1) == "length"


def test_padding_that_holds_something_is_refused() -> None:
    """A size that cuts off what was sealed would show two readers two different files."""
    chunks = sealed(b"evidence and more")
    assert refused(chunks, name_of(chunks), 8) == "padding"


def test_a_file_that_changes_while_it_is_sealed_is_refused() -> None:
    for size in (5, 7, CHUNK_BYTES):
        with pytest.raises(FileChanged):
            list(seal_chunks(KEY, size, io.BytesIO(b"123456").read))


def test_a_file_larger_than_any_may_be_is_not_sealed() -> None:
    with pytest.raises(FileRefused):
        next(seal_chunks(KEY, MAX_FILE_BYTES + 1, io.BytesIO().read))


def test_short_reads_are_put_together() -> None:
    source = io.BytesIO(bytes(1000))
    chunks = list(seal_chunks(KEY, 1000, lambda count: source.read(min(count, 7))))
    assert chunks == sealed(bytes(1000))


def test_a_file_key_is_never_used_as_it_is() -> None:
    """Domain separation: the stream's key is derived, so no other use of the same bytes opens a chunk."""
    assert sealed(b"")[0] != xchacha_seal(KEY, bytes(24), b"", bytes(256))
    assert SEALED_CHUNK_BYTES == CHUNK_BYTES + 16
