"""`serve --demo`: data of its own, made once."""

from __future__ import annotations

import asyncio
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cencomm.cli.demo import standing
from cencomm.cli.output import Output
from cencomm.crypto.enrolment import Sheet, parse_sheet
from cencomm.crypto.primitives import Secret
from cencomm.settings import Settings


def a_sheet(account: str) -> str:
    """As it was printed when the server stood elsewhere."""
    return Sheet("http://127.0.0.1:1", bytes(16), bytes(32), account, f"Name of {account}", "code", SECRET).text()


def an_account(account: str) -> dict[str, str]:
    folder = f"profiles/{account.replace('/', '-')}/laptop"
    return {"account": account, "name": f"Name of {account}", "sheet": a_sheet(account), "profile": folder}


SECRET = Secret(bytes(32))
URL = "http://127.0.0.1:8440"
PEOPLE = ["BR/officer", "BR/removed", "KE/organiser", "secretariat"]
ACCOUNTS = [an_account(each) for each in ["KE", *PEOPLE]]


async def test_what_was_made_before_is_used_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "demo"
    place.mkdir()
    (place / "accounts.json").write_text(json.dumps(ACCOUNTS))
    (place / "core.done").touch()
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": str(tmp_path)})
    given = await standing.prepare(settings, Output(as_json=True, language="en"))
    assert given.data_dir == place / "server"
    assert given.database_url == f"sqlite:///{place / 'server' / 'cencomm.sqlite3'}"
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert given.cen
    core = said.pop()
    assert core["cen"] == f"{URL}/cen/"
    assert [each.get("account") for each in said] == [None, "BR/officer", "BR/removed", "KE/organiser", "secretariat"]
    assert [parse_sheet(each["link"].partition("#sheet=")[2]).server_url for each in said[1:]] == [URL] * 4
    assert said[3]["profile"] == str(place / "profiles/KE-organiser/laptop")


def printed(tmp_path: Path, **console: Any) -> str:
    place = tmp_path / "demo"
    place.mkdir()
    (place / "accounts.json").write_text(json.dumps(ACCOUNTS))
    (place / "core.done").touch()
    heard = io.StringIO()
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": str(tmp_path)})
    shown = Output(as_json=False, language="en", console=Console(file=heard, width=200, soft_wrap=True, **console))
    asyncio.run(standing.prepare(settings, shown))
    return heard.getvalue()


def links_in(said: str) -> list[str]:
    return [parse_sheet(text).account for text in re.findall(rf"{URL}/#sheet=(cencomm1:[a-z2-7]+)", said)]


def test_every_account_has_a_link_to_the_address_that_is_served_now(tmp_path: Path) -> None:
    said = printed(tmp_path)
    assert links_in(said) == PEOPLE
    assert "removed during the operation" in said
    assert said.count("a fair wind for Mombasa") == 2  # the password, and the command that uses it
    assert str(tmp_path / "demo" / "accounts.json") in said


def test_a_terminal_shows_names_that_are_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TERM_PROGRAM", raising=False)
    said = printed(tmp_path, force_terminal=True, legacy_windows=False)
    assert links_in(said) == PEOPLE
    seen = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\", "", said)
    assert "#sheet=" not in seen
    assert all(each in seen for each in PEOPLE)


@pytest.mark.parametrize(("name", "value"), [("TERM", "linux"), ("TERM_PROGRAM", "Apple_Terminal")])
def test_a_terminal_that_knows_no_links_shows_the_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    said = printed(tmp_path, force_terminal=True, legacy_windows=False)
    assert links_in(re.sub(r"\x1b\]8;[^\x1b]*\x1b\\", "", said)) == PEOPLE
