"""A real server process for the demonstration, on its own data."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cencomm.client.errors import ServerUnreachable
from cencomm.settings import Settings

START_SECONDS = 60
STOP_SECONDS = 20
_RATE = "100000"
"""All clients of the demonstration come from one address."""


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment that gives a process these settings."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CENCOMM_")},
        "CENCOMM_DATA_DIR": str(settings.data_dir),
        "CENCOMM_DATABASE_URL": settings.database_url,
        "CENCOMM_HOST": settings.host,
        "CENCOMM_PORT": str(settings.port),
        "CENCOMM_PUBLIC_URL": settings.public_url,
        "CENCOMM_RATE": _RATE,
    }


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running(settings: Settings, log: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    """The server's process while the block runs; ended as an operator would.

    Raises:
        ServerUnreachable: it ended or did not answer; `log` holds its last words.
    """
    process = await asyncio.to_thread(_start, settings, log)
    try:
        await asyncio.to_thread(_wait_until_ready, process, settings.public_url)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _start(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cencomm.main"]
    with log.open("ab") as output:
        return subprocess.Popen(command, env=environment_of(settings), stdout=output, stderr=output)  # noqa: S603


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310  our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise ServerUnreachable(server=url)
