"""Serving in this process: it says where, answers, and ends when told to."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import httpx2
import pytest
import structlog

from cencomm import main
from cencomm.server.bootstrap import initialise
from cencomm.server.startup import NotInitialised
from cencomm.settings import Settings


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cencomm.server.logging.configure", lambda _level: None)
    structlog.reset_defaults()


async def initialised(folder: Path) -> Settings:
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": str(folder), "CENCOMM_PORT": "0"})
    await initialise(settings, deployment_id=b"d" * 16, root_public_key=b"r" * 32, name="Test")
    return settings


async def test_serves_until_told_to_end(tmp_path: Path) -> None:
    settings = await initialised(tmp_path)
    said: asyncio.Queue[str] = asyncio.Queue()
    serving = asyncio.create_task(main.serve(settings, ready=said.put_nowait))
    address = await asyncio.wait_for(said.get(), 10)
    async with httpx2.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{address}/readyz")).json() == {"status": "ready"}
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 15)
    async with httpx2.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx2.TransportError):
            await client.get(f"{address}/readyz")


async def test_without_a_deployment_it_says_so(tmp_path: Path) -> None:
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": str(tmp_path), "CENCOMM_PORT": "0"})
    with pytest.raises(NotInitialised):
        await main.serve(settings)


async def test_address_in_use_is_said_at_once(tmp_path: Path) -> None:
    settings = await initialised(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await main.serve(Settings(settings.data_dir, settings.database_url, port=port))


def test_command_reports_a_refusal_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CENCOMM_DATA_DIR", str(tmp_path))
    assert main.main() == 1
    assert capsys.readouterr().err == "server.not_initialised()\n"
