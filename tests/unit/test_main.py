"""Serving in this process: it says where, answers, and ends when told to."""

from __future__ import annotations

import asyncio
import dataclasses
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
from cencomm.tracing import TracingInvalid
from tests.postgres import free_port


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
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        assert (await client.get(f"{address}/readyz")).json() == {"status": "ready"}
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 15)
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
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


async def test_figures_have_a_listener_of_their_own(tmp_path: Path) -> None:
    settings = dataclasses.replace(await initialised(tmp_path), metrics_port=free_port())
    said: asyncio.Queue[str] = asyncio.Queue()
    serving = asyncio.create_task(main.serve(settings, ready=said.put_nowait))
    address = await asyncio.wait_for(said.get(), 10)
    figures = f"http://127.0.0.1:{settings.metrics_port}/metrics"
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        assert (await client.get(f"{address}/metrics")).status_code != 200
        answer = await client.get(figures)
        assert (answer.status_code, "cencomm_writer_queue_events" in answer.text) == (200, True)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 15)
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        with pytest.raises(httpx2.TransportError):
            await client.get(figures)


def test_traces_that_cannot_be_are_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    with pytest.raises(TracingInvalid):
        main.run(Settings.from_environment({"CENCOMM_DATA_DIR": str(tmp_path)}))
