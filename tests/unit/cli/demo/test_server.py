"""The demonstration's server process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cencomm.cli.demo import server
from cencomm.client.errors import ServerUnreachable
from cencomm.settings import Settings


def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"CENCOMM_DATA_DIR": str(tmp_path), "CENCOMM_PORT": str(server.free_port())})


def test_the_process_gets_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENCOMM_PASSWORD", "not for the server")
    given = settings(tmp_path)
    environment = server.environment_of(given)
    again = Settings.from_environment(environment)
    assert (again.data_dir, again.database_url, again.port) == (given.data_dir, given.database_url, given.port)
    assert "CENCOMM_PASSWORD" not in environment
    assert environment["PATH"] == os.environ["PATH"]


async def test_a_server_that_ends_at_once_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ServerUnreachable):
        async with server.running(settings(tmp_path), tmp_path / "log"):
            raise AssertionError("it does not run")
