"""`cencomm admin backup` and `restore`, on a real database."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from cencomm.i18n import LANGUAGES
from cencomm.server.bootstrap import initialise
from cencomm.settings import Settings
from tests.unit.cli.fakes import Cli


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": str(folder)})
    asyncio.run(initialise(settings, deployment_id=b"d" * 16, root_public_key=b"r" * 32, name="Test"))
    return folder


def test_a_backup_goes_into_the_backup_folder_and_back_into_a_new_server(cli: Cli, data: Path, tmp_path: Path) -> None:
    made = json.loads(cli("--json", "admin", "backup", "--data-dir", str(data)).out)
    file = Path(made["file"])
    assert (file.parent, file.suffix) == (data / "backups", ".cencomm")
    assert made["deployment_id"] == (b"d" * 16).hex()
    assert made["bytes"] == file.stat().st_size
    checked = json.loads(cli("--json", "admin", "restore", str(file), "--check", "--data-dir", str(tmp_path / "n")).out)
    assert checked["rows"] == made["rows"] == 2
    assert not (tmp_path / "n").exists()
    restored = json.loads(cli("--json", "admin", "restore", str(file), "--data-dir", str(tmp_path / "n")).out)
    assert (restored["rows"], restored["cugs"]) == (2, [])
    again = json.loads(cli("--json", "admin", "backup", str(tmp_path), "--data-dir", str(tmp_path / "n")).out)
    assert again["deployment_id"] == made["deployment_id"]


def test_nothing_is_written_over(cli: Cli, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b"
    assert cli("admin", "backup", str(file), "--data-dir", str(data)).code == 0
    whole = file.read_bytes()
    refused = cli("--json", "admin", "backup", str(file), "--data-dir", str(data))
    assert (refused.code, json.loads(refused.err)["error"]) == (1, "store.backup_exists")
    refused = cli("--json", "admin", "restore", str(file), "--data-dir", str(data))
    assert (refused.code, json.loads(refused.err)["error"]) == (1, "store.target_not_empty")
    assert file.read_bytes() == whole


def test_an_altered_backup_changes_nothing(cli: Cli, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b"
    cli("admin", "backup", str(file), "--data-dir", str(data))
    file.write_bytes(file.read_bytes()[:-1])
    refused = cli("--json", "admin", "restore", str(file), "--data-dir", str(tmp_path / "n"))
    assert (refused.code, json.loads(refused.err)["error"]) == (1, "store.backup_damaged")
    assert not (tmp_path / "n").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_in_the_readers_language(cli: Cli, data: Path, tmp_path: Path, language: str) -> None:
    for number, reader in enumerate(("en", language)):
        there = tmp_path / str(number)
        file = tmp_path / f"{number}.cencomm"
        told = [
            cli("--language", reader, "admin", "backup", str(file), "--data-dir", str(data)),
            cli("--language", reader, "admin", "restore", str(file), "--check"),
            cli("--language", reader, "admin", "restore", str(file), "--data-dir", str(there)),
        ]
        assert [said.code for said in told] == [0, 0, 0]
        texts = [said.out.replace(str(tmp_path), "") + said.err for said in told]
        assert ("Take it to another machine" in texts[0]) is (reader == "en")
        assert ("as it was written" in texts[1]) is (reader == "en")
        assert ("Everybody signs in again" in texts[2]) is (reader == "en")


def test_the_first_of_the_core_comes_in_by_a_link(cli: Cli, tmp_path: Path) -> None:
    link = json.loads(cli("--json", "admin", "cen-invite", "desk", "--data-dir", str(tmp_path)).out)["link"]
    assert link.startswith("http://127.0.0.1:8440/cen/invitation/")
    with sqlite3.connect(tmp_path / "cen.sqlite3") as database:
        assert database.execute("select officer, role from cen_people").fetchall() == [
            ("secretariat/desk", "secretariat")
        ]
    refused = cli("--json", "admin", "cen-invite", "A B", "--data-dir", str(tmp_path))
    assert (refused.code, json.loads(refused.err)["error"]) == (1, "cen.person_invalid")
