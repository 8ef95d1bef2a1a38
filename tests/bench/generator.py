"""The load: members as raw sockets in one epoll loop, which counts by the lengths of frames and decodes nothing.

    Link (one socket)  ── BareLink      every frame is one delivery and has the same length
                       └─ OfficerLink   `Events` frames say how many they hold, `Stored` answers a sending
    Load               ── reads whatever came, answers each acknowledgement with the next record, counts

A generator in Python costs more for each read than a server for each write, but a read takes all that has come: who is
slower only reads larger pieces. How busy it was is measured with everything else.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import psutil

from cencomm.crypto.records import VERSION, Audience, PartHeader, RecordHeader
from cencomm.crypto.tls import vector
from cencomm.ids import ClientRef, CugId, GroupId
from cencomm.wire.frames import SESSION_PATH, SUBPROTOCOL, EventKind, Send, Subscribe, encode_frame
from tests.delivery_stand import token_of
from tests.unit.crypto.people import Person

RECORD_BYTES = 512
EVENTS_TAG, CAUGHT_UP_TAG, STORED_TAG, REFUSED_TAG = 66, 67, 68, 69
FROM_THE_END = 2**40
"""Beyond the end of every log: a subscription from there hears only what is new."""
READ_BYTES = 256 * 1024
PATIENCE_SECONDS = 30.0

_piece = bytearray(READ_BYTES)
_view = memoryview(_piece)


PING, PONG = 0x89, 0x8A
"""The first bytes of such frames (RFC 6455 §5.5)."""


class Unexpected(Exception):
    """The server refused, hung up or lost something: no figure of such a run counts."""


class Link(Protocol):
    """One member's socket."""

    socket: socket.socket
    window: int
    """So many records it keeps unanswered; 0 where it only listens."""
    sent: int
    acknowledged: int
    ready: bool

    @property
    def delivered(self) -> int: ...

    def took(self, data: memoryview) -> None:
        """What came; as many records as were acknowledged are sent again while there is a window."""

    def send(self, count: int) -> None: ...


def masked(payload: bytes) -> bytes:
    """A client's binary frame; the mask is zero, so that masking costs the generator nothing."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return b"\x82" + length + b"\0\0\0\0" + payload


def upgraded(address: str, path: str, headers: str = "") -> tuple[socket.socket, bytes]:
    """A connected WebSocket, and what came after the server's answer."""
    parts = urlsplit(address)
    assert parts.hostname and parts.port
    one = socket.create_connection((parts.hostname, parts.port), PATIENCE_SECONDS)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    one.sendall(
        f"GET {path} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        more = one.recv(4096)
        if not more:
            raise Unexpected("the server hung up at the upgrade")
        answer += more
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise Unexpected(head.split(b"\r\n")[0])
    one.setblocking(False)
    return one, rest


class BareLink:
    """A member of the reference server: the first byte of a message says who sent it."""

    STRIDE = 4 + RECORD_BYTES

    def __init__(self, address: str, group: int, number: int) -> None:
        self.socket, rest = upgraded(address, f"/g/{group}")
        assert not rest
        self._number = number
        self._message = masked(bytes([number]) + os.urandom(RECORD_BYTES - 1))
        self._received = 0
        self.window = 0
        self.sent = 0
        self.acknowledged = 0
        self.ready = True

    @property
    def delivered(self) -> int:
        return self._received // self.STRIDE

    def took(self, data: memoryview) -> None:
        if self.sent:
            first = (4 - self._received) % self.STRIDE
            own = bytes(data[first :: self.STRIDE]).count(self._number)
            if own:
                self.acknowledged += own
                if self.window:
                    self.send(own)
        self._received += len(data)

    def send(self, count: int) -> None:
        self.sent += count
        send_all(self.socket, self._message * count)


@dataclass(frozen=True)
class Place:
    """Where an officer stands in a group, as his records must say."""

    cug_id: CugId
    group_id: GroupId
    epoch: int
    leaf_index: int


class OfficerLink:
    """An officer's device, subscribed from now on."""

    def __init__(self, address: str, person: Person, place: Place, after_seq: int = FROM_THE_END) -> None:
        headers = f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\nAuthorization: Bearer {token_of(person)}\r\n"
        self.socket, self._rest = upgraded(address, SESSION_PATH, headers)
        self._skip = 0
        self._pieces = _record_around(place)
        self.sent = 0
        self.run = os.urandom(8)
        self.window = 0
        self.delivered = 0
        self.acknowledged = 0
        self.ready = False
        send_all(self.socket, masked(encode_frame(Subscribe(place.cug_id, after_seq))))

    def took(self, data: memoryview) -> None:
        piece = self._rest + data if self._rest else bytes(data)
        before = self.acknowledged
        at, end = self._skip, len(piece)
        while at + 2 <= end:
            size, head = piece[at + 1], 2
            if size >= 126:
                head = 4 if size == 126 else 10
                size = int.from_bytes(piece[at + 2 : at + head], "big")
            start = at + head
            if end < start + (size if piece[at] == PING else min(size, 24)):
                break
            if piece[at] == PING:  # the server asks whether anybody is there
                send_all(self.socket, bytes((PONG, 0x80 | size)) + bytes(4) + piece[start : start + size])
            else:
                self._count(piece, start)
            at = start + size
        self._skip, self._rest = (at - end, b"") if at >= end else (0, piece[at:])
        if self.window and self.acknowledged > before:
            self.send(self.acknowledged - before)

    def _count(self, piece: bytes, start: int) -> None:
        """A frame is [tag, cug_id, ...]: two bytes, eighteen for the id, and in `Events` the number of events."""
        match piece[start + 1]:
            case 66:
                few = piece[start + 20]
                self.delivered += few & 0x0F if few < 0xA0 else int.from_bytes(piece[start + 21 : start + 23], "big")
            case 68:
                self.acknowledged += 1
            case 67:
                self.ready = True
            case 69:
                raise Unexpected(f"refused: {piece[start + 1 : start + 120]!r}")

    def send(self, count: int) -> None:
        first, middle, last = self._pieces
        frames: list[bytes] = []
        for _ in range(count):
            self.sent += 1
            ref = self.run + self.sent.to_bytes(8, "big")
            frames += (first, ref, middle, ref, last)
        send_all(self.socket, b"".join(frames))


def _record_around(place: Place) -> tuple[bytes, bytes, bytes]:
    """A record's frame, cut where its client_ref stands: in the frame and in the record's header."""
    mark = ClientRef(os.urandom(16))
    parts = (PartHeader(Audience.PERSONAL, os.urandom(32)),)
    header = RecordHeader(VERSION, place.cug_id, place.group_id, place.epoch, place.leaf_index, mark, parts).encode()
    body = header + vector(os.urandom(RECORD_BYTES - len(header) - 2))
    assert len(body) == RECORD_BYTES
    first, middle, last = masked(encode_frame(Send(place.cug_id, mark, EventKind.RECORD, body))).split(mark)
    return first, middle, last


def send_all(one: socket.socket, data: bytes) -> None:
    """What a member keeps unanswered always fits into its socket's buffer."""
    if one.send(data) != len(data):
        raise Unexpected("a socket takes no more")


@dataclass(frozen=True)
class Counted:
    """What happened while it was measured."""

    seconds: float
    delivered: int
    acknowledged: int
    server_cpu: float
    generator_cpu: float

    @property
    def per_second(self) -> float:
        return self.delivered / self.seconds

    @property
    def per_cpu_second(self) -> float:
        return self.delivered / self.server_cpu


class Load:
    """All members of all groups, and the process that serves them."""

    def __init__(self, links: Sequence[Link], server: psutil.Process) -> None:
        self.links = links
        self._server = server
        self._by_fd = {link.socket.fileno(): link for link in links}
        self._epoll = select.epoll()
        for fd in self._by_fd:
            self._epoll.register(fd, select.EPOLLIN)
        self.until(lambda: all(link.ready for link in links))

    def close(self) -> None:
        self._epoll.close()
        for link in self.links:
            link.socket.close()

    def ignore(self, link: Link) -> None:
        """Read nothing of it from now on."""
        self._epoll.unregister(link.socket.fileno())

    def attend(self, link: Link) -> None:
        self._epoll.register(link.socket.fileno(), select.EPOLLIN)

    def measured(self, seconds: float) -> Counted:
        delivered, acknowledged = self._counts()
        cpu, own, began = cpu_seconds(self._server), time.process_time(), time.perf_counter()
        self.read(seconds)
        passed = time.perf_counter() - began
        cpu, own = cpu_seconds(self._server) - cpu, time.process_time() - own
        after = self._counts()
        return Counted(passed, after[0] - delivered, after[1] - acknowledged, cpu, own)

    def read(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.turn(0.05)

    def turn(self, timeout: float) -> bool:
        """Read once what has come; whether something had."""
        ready = self._epoll.poll(timeout, 256)
        for fd, _ in ready:
            link = self._by_fd[fd]
            count = link.socket.recv_into(_piece)
            if not count:
                raise Unexpected("the server hung up")
            link.took(_view[:count])
        return bool(ready)

    def until(self, reached: Callable[[], bool]) -> None:
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while not reached():
            self.turn(0.05)
            if time.perf_counter() > deadline:
                raise Unexpected("something never came")

    def _counts(self) -> tuple[int, int]:
        return sum(link.delivered for link in self.links), sum(link.acknowledged for link in self.links)


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
