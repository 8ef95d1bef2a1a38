"""Servers to measure: each in a process of its own, on the first core; the generator has the second one.

    python -m tests.bench.stand --database URL     the real application, until its input ends

What it runs on is given: SQLite in a folder, or a PostgreSQL that waits for its disk as a real one does.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
import uvicorn

from cencomm.ids import GroupId, OfficerId, new_client_ref, new_cug_id
from cencomm.wire.frames import Stored
from tests.bench.generator import Place
from tests.delivery_stand import Server, prepare, running
from tests.postgres import SETTINGS, running_postgres
from tests.unit.crypto.people import Person
from tests.unit.groups.members import Member

T = TypeVar("T")

_AVAILABLE = sorted(os.sched_getaffinity(0))
"""Before anything was pinned."""

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
ADMITTED_AT_ONCE = 20
"""A Welcome carries the tree, and a commit as many Welcomes as it admits."""
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@dataclass(frozen=True)
class Process:
    address: str
    process: psutil.Process


@dataclass(frozen=True)
class Crowd:
    """A served deployment, with groups in which everybody is an officer."""

    server: Process
    groups: tuple[tuple[tuple[Person, Place], ...], ...]


def cores() -> tuple[int, int]:
    """For the server and for the generator; the same one where there is no other."""
    return _AVAILABLE[0], _AVAILABLE[-1]


@contextmanager
def on_generator_core() -> Iterator[None]:
    """What measures stays off the server's core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores()[1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def serving(*arguments: str) -> Iterator[Process]:
    """`python -m arguments` on the server's core, from its address on until the block ends."""
    core = cores()[0]
    server = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # noqa: PLW1509  (this process has one thread)
    )
    assert server.stdin is not None and server.stdout is not None
    try:
        while not (line := server.stdout.readline().decode().strip()).startswith("http"):
            if not line:
                raise RuntimeError("the server did not start")
        yield Process(line, psutil.Process(server.pid))
    finally:
        server.stdin.close()
        server.wait(30)


@contextmanager
def bare() -> Iterator[Process]:
    with serving("tests.bench.bare") as process:
        yield process


@contextmanager
def databases() -> Iterator[dict[str, list[str]]]:
    """An empty database of each kind for each that asks: take the address from the end."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cencomm-bench-"))
        pinned = os.sched_getaffinity(0)
        os.sched_setaffinity(0, set(_AVAILABLE))  # PostgreSQL runs where there is room
        postgres = stack.enter_context(running_postgres(SETTINGS | DURABLE))
        os.sched_setaffinity(0, pinned)
        many = range(12)
        yield {
            SQLITE: [f"sqlite:///{folder}/{number}.sqlite3" for number in many],
            POSTGRES: [postgres.new_database() for _ in many],
        }


def people_of(count: int) -> list[Person]:
    return [Person(OfficerId(f"KE/officer-{number}")) for number in range(count)]


@contextmanager
def crowd(database_url: str, sizes: Sequence[int], redis_url: str = "") -> Iterator[Crowd]:
    """Groups of these sizes on a server of their own."""
    people = people_of(sum(sizes))
    run(prepare(database_url, people))
    arguments = ["--database", database_url] + (["--redis", redis_url] if redis_url else [])
    with serving("tests.bench.stand", *arguments) as server:
        yield Crowd(server, tuple(run(_form(server.address, people, sizes))))


async def _form(address: str, people: Sequence[Person], sizes: Sequence[int]) -> list[tuple[tuple[Person, Place], ...]]:
    groups, first = [], 0
    for size in sizes:
        some = list(people[first : first + size])
        groups.append(places(some, await form_group(Server(address, None, None), some)))  # type: ignore[arg-type]  # a process of its own
        first += size
    return groups


def places(people: Sequence[Person], organiser: Member) -> tuple[tuple[Person, Place], ...]:
    state = organiser.state
    leaves = {leaf.credential.identity.decode(): int(index) for index, leaf in state.public.tree.leaves()}
    return tuple(
        (person, Place(organiser.cug_id, GroupId(state.group_id), state.epoch, leaves[person.device_id]))
        for person in people
    )


async def form_group(server: Server, people: Sequence[Person]) -> Member:
    """One CUG with everybody's device in its tree."""
    organiser = Member.opening(people[0], new_cug_id())
    async with server.session(people[0]) as link, server.http(people[0]) as http:
        answer = await http.post("/v1/cugs", json=_opening(organiser))
        assert answer.status_code == 201, answer.text
        for first in range(1, len(people), ADMITTED_AT_ONCE):
            made = organiser.admitting(*people[first : first + ADMITTED_AT_ONCE])
            stored = await link.ask(made.frame)
            assert isinstance(stored, Stored), stored
            organiser.merge(made)
    return organiser


def _opening(organiser: Member) -> dict[str, str]:
    fields = {"cug_id": organiser.cug_id, "client_ref": new_client_ref(), "group_start": organiser.start_body()}
    return {name: base64.urlsafe_b64encode(value).decode() for name, value in fields.items()}


async def serve(database_url: str, redis_url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with running(database_url, Path(folder), redis_url=redis_url) as server:
            print(server.address, flush=True)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def run(work: Coroutine[object, object, T]) -> T:
    """On the event loop that the server runs on."""
    factory = uvicorn.Config(app="", loop="auto").get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True)
    parser.add_argument("--redis", default="")
    options = parser.parse_args()
    run(serve(options.database, options.redis))


if __name__ == "__main__":
    main()
