"""Measures the hot path: acknowledged records a second and how long an acknowledgement takes, on one running server.

    python -m tests.bench.delivery                                     30 connections, SQLite, as fast as it goes
    python -m tests.bench.delivery --database postgresql://…           an empty database of that PostgreSQL
    python -m tests.bench.delivery --rate 2000                         so many records a second: latency at rest

The server is the real application in a process of its own, every connection an officer's device in one CUG that
follows it too, so each record is judged, stored durably, acknowledged and delivered to all. The generator speaks raw
WebSocket, since a client library would be measured instead.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import urlsplit

from cencomm.crypto.records import VERSION, Audience, PartHeader, RecordHeader
from cencomm.crypto.tls import vector
from cencomm.ids import CugId, GroupId, new_client_ref
from cencomm.wire.frames import SESSION_PATH, SUBPROTOCOL, EventKind, Send, Subscribe, encode_frame
from tests.bench.figures import Figure, table, told, write
from tests.bench.stand import form_group, people_of, run
from tests.delivery_stand import Server, prepare, running, token_of
from tests.unit.crypto.people import Person

SEALED_BYTES = 512
STORED_TAG = 68
CAUGHT_UP_TAG = 67
REFUSED_TAG = 69
WARM_UP_SECONDS = 1.0

T = TypeVar("T")


@dataclass(eq=False)
class Officer(asyncio.Protocol):
    """One connection: keeps `window` records unanswered, or sends when told."""

    person: Person
    leaf_index: int
    cug_id: CugId
    group_id: GroupId
    epoch: int
    window: int
    buffer: bytearray = field(default_factory=bytearray)
    sent_at: deque[float] = field(default_factory=deque)
    latencies: list[float] = field(default_factory=list)
    upgraded: bool = False
    running: bool = False
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    delivered_bytes: int = 0
    refused: int = 0
    watch: Callable[[bytes], None] | None = None
    """Gets every frame, where somebody looks at them."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(
            (
                f"GET {SESSION_PATH} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\nAuthorization: Bearer {token_of(self.person)}\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.upgraded:
            head, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head.split(b"\r\n")[0], head
            self.upgraded = True
            self.buffer = bytearray(rest)
            self.write(encode_frame(Subscribe(self.cug_id, 2)))
        self.frames()

    def frames(self) -> None:
        position, length = 0, len(self.buffer)
        while length - position >= 2:
            size, header = self.buffer[position + 1], 2
            if size == 126:
                size, header = int.from_bytes(self.buffer[position + 2 : position + 4], "big"), 4
            elif size == 127:
                size, header = int.from_bytes(self.buffer[position + 2 : position + 10], "big"), 10
            if length - position < header + size:
                break
            if self.watch is not None:
                self.watch(bytes(self.buffer[position + header : position + header + size]))
            self.frame(self.buffer[position + header + 1] if self.buffer[position] == 0x82 else 0)
            self.delivered_bytes += size
            position += header + size
        del self.buffer[:position]

    def frame(self, tag: int) -> None:
        if tag == STORED_TAG:
            self.latencies.append(time.perf_counter() - self.sent_at.popleft())
            if self.running and self.window:
                self.send_record()
        elif tag == CAUGHT_UP_TAG:
            self.ready.set()
        elif tag == REFUSED_TAG:
            self.refused += 1

    def send_record(self) -> None:
        ref = new_client_ref()
        parts = (PartHeader(Audience.PERSONAL, b"k" * 32),)
        header = RecordHeader(VERSION, self.cug_id, self.group_id, self.epoch, self.leaf_index, ref, parts)
        body = header.encode() + vector(os.urandom(SEALED_BYTES))
        self.sent_at.append(time.perf_counter())
        self.write(encode_frame(Send(self.cug_id, ref, EventKind.RECORD, body)))

    def write(self, payload: bytes) -> None:
        """A masked binary frame; the mask is zero, so that masking costs nothing."""
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
        self.transport.write(b"\x82" + length + b"\0\0\0\0" + payload)

    def start(self) -> None:
        self.running = True
        for _ in range(self.window):
            self.send_record()


async def measure(address: str, options: argparse.Namespace) -> list[Figure]:
    people = people_of(options.connections)
    organiser = await form_group(Server(address, None, None), people)  # type: ignore[arg-type]  # it has no process of its own here
    leaves = {leaf.credential.identity.decode(): index for index, leaf in organiser.state.public.tree.leaves()}
    window = 0 if options.rate else options.window
    officers = [
        Officer(
            person,
            leaves[person.device_id],
            organiser.cug_id,
            GroupId(organiser.state.group_id),
            organiser.state.epoch,
            window,
        )
        for person in people
    ]
    parts = urlsplit(address)
    loop = asyncio.get_running_loop()
    for officer in officers:
        await loop.create_connection(partial(_same, officer), str(parts.hostname), int(parts.port or 0))
    async with asyncio.timeout(20):
        await asyncio.gather(*(officer.ready.wait() for officer in officers))
    for officer in officers:
        officer.start()
    pacing = asyncio.create_task(pace(officers, options.rate)) if options.rate else None
    await asyncio.sleep(WARM_UP_SECONDS)
    for officer in officers:
        officer.latencies.clear()
    began = time.perf_counter()
    await asyncio.sleep(options.seconds)
    passed = time.perf_counter() - began
    latencies = sorted(latency for officer in officers for latency in officer.latencies)
    if pacing is not None:
        pacing.cancel()
    refused = sum(officer.refused for officer in officers)
    for officer in officers:
        officer.transport.abort()
    return figures_of(options, latencies, passed, refused)


def _same(officer: Officer) -> Officer:
    return officer


async def pace(officers: list[Officer], rate: int) -> None:
    began, sent = time.perf_counter(), 0
    while True:
        due = int((time.perf_counter() - began) * rate)
        for number in range(sent, due):
            officers[number % len(officers)].send_record()
        sent = max(sent, due)
        await asyncio.sleep(0.001)


def figures_of(options: argparse.Namespace, latencies: list[float], passed: float, refused: int) -> list[Figure]:
    count = len(latencies)
    p50, p99 = (1000 * latencies[int(count * share)] for share in (0.5, 0.99))
    kind = "PostgreSQL" if options.database.startswith("postgres") else "SQLite"
    pace = f"{options.rate} records/s" if options.rate else "as fast as it goes"
    run = f"Delivery, {kind}, {options.connections} connections, {pace}"
    return [
        told(f"{run}: acknowledged", count / passed, "records/s"),
        told(f"{run}: delivered", options.connections * count / passed, "records/s"),
        told(f"{run}: acknowledgement, half within", p50, "ms"),
        told(f"{run}: acknowledgement, 99 of 100 within", p99, "ms"),
        told(f"{run}: refused", refused, "records"),
    ]


async def serve(database_url: str, connections: int) -> None:
    await prepare(database_url, people_of(connections))
    with tempfile.TemporaryDirectory() as folder:
        async with running(database_url, Path(folder)) as server:
            print(server.address, flush=True)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--database", default="")
    made.add_argument("--connections", type=int, default=30)
    made.add_argument("--window", type=int, default=10, help="records unanswered on each connection")
    made.add_argument("--rate", type=int, default=0, help="records a second over all connections, instead of --window")
    made.add_argument("--seconds", type=float, default=5.0)
    made.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return made


def figures(options: argparse.Namespace) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        options.database = options.database or f"sqlite:///{folder}/bench.sqlite3"
        command = [sys.executable, "-m", "tests.bench.delivery", "--serve", "--database", options.database]
        server = subprocess.Popen(
            [*command, "--connections", str(options.connections)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert server.stdout is not None and server.stdin is not None
        address = server.stdout.readline().decode().strip()
        try:
            return run(measure(address, options))
        finally:
            server.stdin.close()
            server.wait(20)


def main() -> None:
    options = parser().parse_args()
    if options.serve:
        run(serve(options.database, options.connections))
        return
    found = figures(options)
    write(found)
    print(table(found))


if __name__ == "__main__":
    main()
