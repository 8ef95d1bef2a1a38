"""`serve` and `init`: settings from what was typed over the environment, and a deployment made once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cencomm import main
from cencomm.cli import serving
from cencomm.crypto.enrolment import parse_sheet
from cencomm.settings import Settings, SettingsInvalid
from tests.unit.cli.fakes import Cli


def test_what_is_typed_stands_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENCOMM_PORT", "1000")
    monkeypatch.setenv("CENCOMM_LOG", "error")
    settings = serving.settings_with(tmp_path, "::1", 2000)
    assert (settings.data_dir, settings.host, settings.port, settings.log_level) == (tmp_path, "::1", 2000, "error")
    assert serving.settings_with(None).port == 1000


def test_serving_says_where(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Settings] = []

    def run(settings: Settings, *, ready: main.Ready) -> None:
        served.append(settings)
        ready("http://127.0.0.1:9")

    monkeypatch.setattr(main, "run", run)
    assert cli("serve", "--data-dir", str(tmp_path), "--port", "9").out.strip() == "Serving at http://127.0.0.1:9"
    assert served[0].port == 9


def test_a_demonstration_needs_a_port_that_its_sheets_can_name(cli: Cli, tmp_path: Path) -> None:
    said = cli("serve", "--demo", "--data-dir", str(tmp_path / "data"), "--port", "0")
    assert (said.code, "--port" in said.err) == (2, True)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("error", [SettingsInvalid(setting="X"), OSError(98, "Address already in use")])
def test_a_server_that_cannot_start_says_why(cli: Cli, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def run(_settings: Settings, *, ready: main.Ready) -> None:
        raise error

    monkeypatch.setattr(main, "run", run)
    said = cli("serve")
    assert said.code in (1, 2)
    assert said.err.strip()


def test_a_deployment_is_made_once_and_hands_out_the_first_sheet(cli: Cli, tmp_path: Path) -> None:
    words = ["--name", "Test", "--server-url", "http://x.example", "--data-dir", str(tmp_path / "data")]
    words += ["--root-key", str(tmp_path / "root.key")]
    said = cli("--json", "init", *words, "--sheet", str(tmp_path / "first.html"))
    assert said.code == 0, said.err
    sheet = parse_sheet(json.loads(said.out.splitlines()[-1])["sheet"])
    assert (sheet.account, sheet.server_url) == ("secretariat", "http://x.example")
    assert (tmp_path / "first.html").exists()

    again = cli("--json", "init", *words, "--sheet", str(tmp_path / "second.html"))
    assert again.code == 0, "nobody has enrolled: the code is replaced"
    other = [*words[:-1], str(tmp_path / "other.key")]
    assert cli("init", *other, "--sheet", str(tmp_path / "third.html")).code == 1
    assert not (tmp_path / "third.html").exists()
