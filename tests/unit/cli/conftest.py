"""The fixture `cli`: see `fakes`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.cli import running
from tests.unit.cli.fakes import Cli, FakeClient


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    client = FakeClient()
    monkeypatch.setattr(running, "Client", client)
    return Cli(tmp_path / "profile", client)
