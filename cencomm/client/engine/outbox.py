"""Sendings that have not come back yet (PROTOCOL §3.4, §3.5).

    add ──> sealed ──> sent ──> acknowledged (`stored_seq`) ──> came back: gone
              ^          │
              └──────────┼── refused as stale: sealed anew in the next epoch under the same client_ref
                         ├── refused for now: due again once it has rested
                         └── refused for good: kept with the code (`failed`) for its author to see, until he discards it

Each row is written before its bytes go out, so that a resend is byte-identical, also after a restart.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cencomm.client import model
from cencomm.client.errors import RecordTooLarge
from cencomm.client.model import OutboxRow, pack, unpack
from cencomm.client.profile import Transaction
from cencomm.crypto.record_format import sealed_length
from cencomm.ids import ClientRef, CugId
from cencomm.wire.frames import RECORD_BYTES

WINDOW = 64
"""How many sendings may be under way at once; the rest waits here."""


class Outbox:
    """The rows of one CUG, oldest first."""

    def __init__(self, cug_id: CugId) -> None:
        self._table = model.outbox(cug_id)
        self._rows: dict[bytes, OutboxRow] = {}
        self._under_way: set[bytes] = set()
        self._marked: set[bytes] = set()
        """Of those, the ones of a transition that is not written yet."""
        self._resting: set[bytes] = set()
        """The server could not take them just now: due again after a while, all together."""
        self._next_number = 0
        self.failed: dict[bytes, str] = {}
        """By client_ref: why the server will never take it. Kept in memory, for those who wait."""

    def load(self, tx: Transaction) -> None:
        rows = [unpack(OutboxRow, row.value) for row in tx.rows(self._table)]
        self._rows = {row.client_ref: row for row in rows}
        self._under_way = (self._under_way & self._rows.keys()) - self._marked  # what failed has sent nothing
        self._marked.clear()
        self._next_number = max((row.number for row in rows), default=0) + 1

    def __len__(self) -> int:
        """Those that may still come back."""
        return sum(not row.failed for row in self._rows.values())

    def __contains__(self, client_ref: object) -> bool:
        return client_ref in self._rows

    def add(self, tx: Transaction, row: OutboxRow) -> OutboxRow:
        """Queue `row` (its `number` is given here)."""
        numbered = msgspec.structs.replace(row, number=self._next_number)
        self._next_number += 1
        self.put(tx, numbered)
        return numbered

    def put(self, tx: Transaction, row: OutboxRow) -> None:
        """Write `row` anew."""
        self._rows[row.client_ref] = row
        tx.put(self._table, row.client_ref, pack(row), number=row.number)

    def due(self) -> Iterator[OutboxRow]:
        """Rows to send now, oldest first, as many as the window has room for; marks nothing."""
        room = WINDOW - len(self._under_way)
        for row in list(self._rows.values()):
            if room <= 0:
                return
            waits = row.client_ref in self._under_way or row.client_ref in self._resting
            if not waits and not row.stored_seq and not row.failed:
                room -= 1
                yield row

    def sent(self, client_ref: bytes) -> None:
        self._under_way.add(client_ref)
        self._marked.add(client_ref)

    def written(self) -> None:
        """The transition has been written: what it marked as sent goes out."""
        self._marked.clear()

    def disconnected(self) -> None:
        """Nothing is under way any more: what was not acknowledged goes out again."""
        self._under_way.clear()
        self._resting.clear()

    def rest(self, client_ref: bytes) -> bool:
        """Refused for now: not due before `rested`. Whether it is the first one that rests."""
        self._under_way.discard(client_ref)
        self._resting.add(client_ref)
        return len(self._resting) == 1

    def rested(self) -> None:
        """What was refused for now is due again."""
        self._resting.clear()

    def acknowledged(self, tx: Transaction, client_ref: bytes, seq: int) -> None:
        self._under_way.discard(client_ref)
        row = self._rows.get(client_ref)
        if row is not None and not row.stored_seq:
            self.put(tx, msgspec.structs.replace(row, stored_seq=seq))

    def came_back(self, tx: Transaction, client_ref: bytes) -> bool:
        """Whether it was one of ours; then it is done."""
        self._under_way.discard(client_ref)
        if self._rows.pop(client_ref, None) is None:
            return False
        tx.delete(self._table, client_ref)
        return True

    def stale(self, client_ref: bytes) -> OutboxRow | None:
        """The server closed its epoch: it is due again, to be sealed anew."""
        self._under_way.discard(client_ref)
        return self._rows.get(client_ref)

    def refused(self, tx: Transaction, client_ref: bytes, code: str) -> bool:
        """Refused for good: what somebody wrote is kept with the code, for him to see; anything else goes."""
        row = self.stale(client_ref)
        if row is None or row.failed:
            return False
        if row.is_content:
            self.put(tx, msgspec.structs.replace(row, failed=code))
        else:
            self.came_back(tx, client_ref)
        self.failed[client_ref] = code
        return True

    def kept(self) -> list[OutboxRow]:
        """Those that were refused for good, oldest first."""
        return [row for row in self._rows.values() if row.failed]

    def missing(self, head_n: int) -> list[OutboxRow]:
        """Acknowledged at a seq that has been passed, and yet not come back (PROTOCOL §3.4)."""
        return [row for row in self._rows.values() if not row.failed and 0 < row.stored_seq <= head_n]

    def row(self, client_ref: bytes) -> OutboxRow | None:
        return self._rows.get(client_ref)

    def end(self, tx: Transaction, code: str) -> None:
        """Nothing will be sent any more: whoever waits for a sending is told why."""
        for client_ref in list(self._rows):
            self.refused(tx, client_ref, code)


def require_size(*parts: bytes) -> None:
    """Raises RecordTooLarge unless the server takes a record of these parts."""
    size = sealed_length(*[len(part) for part in parts if part])
    if size > RECORD_BYTES:
        raise RecordTooLarge(size_kb=-(-size // 1024), limit_kb=RECORD_BYTES // 1024)


def new_row(
    client_ref: ClientRef, kind: int, *, public: bytes = b"", personal: bytes = b"", body: bytes = b""
) -> OutboxRow:
    return OutboxRow(client_ref=client_ref, number=0, kind=kind, public=public, personal=personal, body=body)
