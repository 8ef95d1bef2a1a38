"""The head hash after every event, so that any `seen` can be compared (PROTOCOL §3.4)."""

from __future__ import annotations

from cencomm.client import model
from cencomm.client.profile import Transaction
from cencomm.ids import CugId

_HASH_BYTES = 32
_PER_CHUNK = 128
_CHUNKS_REMEMBERED = 64


class Heads:
    """H_1 … H_n of one CUG, kept in chunks; H_0 follows from the cug_id and is not stored."""

    def __init__(self, cug_id: CugId) -> None:
        self._table = model.heads(cug_id)
        self._chunks: dict[int, bytearray] = {}
        self._changed: set[int] = set()

    def append(self, tx: Transaction, n: int, head_hash: bytes) -> None:
        """`n` counts from 1 and follows the last one appended."""
        chunk, place = divmod(n - 1, _PER_CHUNK)
        kept = self._chunk(tx, chunk)
        del kept[place * _HASH_BYTES :]
        kept += head_hash
        self._changed.add(chunk)

    def at(self, tx: Transaction, n: int) -> bytes | None:
        """H_n, or None if event `n` has not come."""
        if n < 1:
            return None
        chunk, place = divmod(n - 1, _PER_CHUNK)
        found = bytes(self._chunk(tx, chunk)[place * _HASH_BYTES : (place + 1) * _HASH_BYTES])
        return found or None

    def cut(self, tx: Transaction, n: int, last: int) -> None:
        """Forget H_{n+1} … H_last: these events come again."""
        first = n // _PER_CHUNK
        for chunk in range(first + 1, (last - 1) // _PER_CHUNK + 1):
            self._chunks.pop(chunk, None)
            self._changed.discard(chunk)
            tx.delete(self._table, _key(chunk))
        del self._chunk(tx, first)[n % _PER_CHUNK * _HASH_BYTES :]
        self._changed.add(first)

    def save(self, tx: Transaction) -> None:
        for chunk in self._changed:
            tx.put(self._table, _key(chunk), bytes(self._chunks[chunk]))
        self._changed.clear()
        while len(self._chunks) > _CHUNKS_REMEMBERED:
            del self._chunks[next(iter(self._chunks))]

    def forget(self) -> None:
        """Drop what is remembered: the rows count again."""
        self._chunks.clear()
        self._changed.clear()

    def _chunk(self, tx: Transaction, chunk: int) -> bytearray:
        known = self._chunks.get(chunk)
        if known is None:
            known = self._chunks[chunk] = bytearray(tx.get(self._table, _key(chunk)) or b"")
        return known


def _key(chunk: int) -> bytes:
    return chunk.to_bytes(6, "big")
