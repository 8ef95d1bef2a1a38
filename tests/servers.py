"""A real server process on a free port, which can be stopped, killed and started again on the same data and port."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from cencomm.server import bootstrap
from cencomm.settings import Settings
from cencomm.wire.http import InvitationOut
from tests.postgres import free_port

START_SECONDS = 40
STOP_SECONDS = 20
NAME = "Test deployment"


class ServerDidNotStart(Exception):
    """The process ended, or never became ready; the message holds the end of its log."""


@dataclass
class RunningServer:
    """`python -m cencomm.main` on `data_dir` and `database_url`. Everything it says goes to `log_file`."""

    data_dir: Path
    database_url: str
    port: int = field(default_factory=free_port)
    environment: Mapping[str, str] = field(default_factory=dict)
    module: str = "cencomm.main"
    """Another one may run it under conditions of its own."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.data_dir / "server.log"

    @property
    def settings(self) -> Settings:
        return Settings.from_environment(self._environment())

    async def initialise(self, *, deployment_id: bytes, root_public_key: bytes, name: str = NAME) -> InvitationOut:
        """Make the deployment, before the first start; gives the first secretariat account's invitation."""
        return await bootstrap.initialise(
            self.settings, deployment_id=deployment_id, root_public_key=root_public_key, name=name
        )

    def start(self) -> Self:
        """Start the process and wait until it is ready. Raises ServerDidNotStart."""
        assert self.process is None or self.process.poll() is not None
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module],
                env={**os.environ, **self._environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()
        return self

    def stop(self) -> int:
        """End it as an operator would (SIGTERM); gives its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """`kill -9`: no warning, nothing is finished."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Stop its clock: connections stay, nothing is answered."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def restart(self) -> Self:
        """After `kill` or `stop`: the same data, the same port."""
        return self.start()

    async def start_async(self) -> Self:
        """`start` without holding up the event loop."""
        return await asyncio.to_thread(self.start)

    async def kill_async(self) -> None:
        await asyncio.to_thread(self.kill)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def process_id(self) -> int | None:
        """None while it does not run."""
        return self.process.pid if self.process is not None and self.is_running else None

    def __enter__(self) -> Self:
        return self if self.is_running else self.start()

    def __exit__(self, *_: object) -> None:
        if self.is_running:
            self.kill()

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def _environment(self) -> dict[str, str]:
        return {
            "CENCOMM_DATA_DIR": str(self.data_dir),
            "CENCOMM_DATABASE_URL": self.database_url,
            "CENCOMM_HOST": "127.0.0.1",
            "CENCOMM_PORT": str(self.port),
            "CENCOMM_PUBLIC_URL": self.url,
            "CENCOMM_RATE": "100000",  # many clients share one address in a test
            **self.environment,
        }

    def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def _wait_until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise ServerDidNotStart(f"ended with {self.process.returncode}:\n{self.log()[-4000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.03)
        self.process.kill()
        self.process.wait()
        raise ServerDidNotStart(f"not ready after {START_SECONDS} s:\n{self.log()[-4000:]}")


@pytest.fixture
def new_server(database_url: str, tmp_path: Path) -> Iterator[Callable[[], RunningServer]]:
    """Makes servers on the fixture's database, not started yet; whatever still runs at the end is killed.

    The first step is `await server.initialise(...)`.
    """
    made: list[RunningServer] = []

    def make(**environment: str) -> RunningServer:
        server = RunningServer(tmp_path / f"server-{len(made)}", database_url, environment=environment)
        made.append(server)
        return server

    yield make
    for server in made:
        if server.is_running:
            server.kill()
