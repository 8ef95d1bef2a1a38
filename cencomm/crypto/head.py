"""The head of a CUG's event chain: what makes two views of one log comparable (PROTOCOL §3.4).

    H_0 = H(cug_id)        H_n = H(H_{n-1} || n || server_time || H(event n))

A record, a commit and a closing carry `seen`, the sender's head. Whoever has verified as many events and finds another
hash knows that somebody was shown a dropped, reordered, rolled back or doubled view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cencomm.crypto.primitives import HASH_BYTES, sha256
from cencomm.crypto.tls import Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ClientRef, CugId


class HeadGap(DomainError):
    """An event that does not follow the last one that was verified."""

    code: ClassVar[str] = "head.gap"


@dataclass(frozen=True, slots=True)
class Head:
    """The last contiguous event that was verified: its number (0 before the first) and the chain's hash."""

    n: int
    hash: bytes

    def encode(self) -> bytes:
        return Writer().u64(self.n).raw(self.hash).bytes()

    @classmethod
    def decode(cls, data: bytes) -> Head:
        """Raises DecodeError."""
        return decode_all(data, read_head)


def read_head(reader: Reader) -> Head:
    return Head(reader.safe_u64(), reader.raw(HASH_BYTES))


def start(cug_id: CugId) -> Head:
    """The head before the first event."""
    return Head(0, sha256(cug_id))


def event_hash(kind: int, sender: str, client_ref: ClientRef, body: bytes) -> bytes:
    """H(event), 32 bytes; the server keeps it when it has to delete the event's content."""
    return sha256(Writer().u8(kind).vector(sender.encode()).raw(client_ref).vector(body).bytes())


def advance(head: Head, n: int, server_time_ms: int, hash_of_event: bytes) -> Head:
    """The head after event `n`. Raises HeadGap unless it is the next one."""
    if n != head.n + 1:
        raise HeadGap(expected=head.n + 1, received=n)
    return Head(n, sha256(Writer().raw(head.hash).u64(n).u64(server_time_ms).raw(hash_of_event).bytes()))
