"""`serve --demo`: data of its own, made once."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from cencomm.cli.demo import standing
from cencomm.cli.output import Output
from cencomm.settings import Settings


def an_account(account: str, sheet: str) -> dict[str, str]:
    folder = f"profiles/{account.replace('/', '-')}/laptop"
    return {"account": account, "name": f"Name of {account}", "sheet": sheet, "profile": folder}


ACCOUNTS = [
    an_account("KE", "cencomm1:a"),
    an_account("BR/officer", "cencomm1:d"),
    an_account("BR/removed", "cencomm1:e"),
    an_account("KE/organiser", "cencomm1:b"),
    an_account("secretariat", "cencomm1:c"),
]


async def test_what_was_made_before_is_used_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "demo"
    place.mkdir()
    (place / "accounts.json").write_text(json.dumps(ACCOUNTS))
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": str(tmp_path)})
    given = await standing.prepare(settings, Output(as_json=True, language="en"))
    assert given.data_dir == place / "server"
    assert given.database_url == f"sqlite:///{place / 'server' / 'cencomm.sqlite3'}"
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each.get("account") for each in said] == [None, "BR/officer", "BR/removed", "KE/organiser", "secretariat"]
    assert said[3]["profile"] == str(place / "profiles/KE-organiser/laptop")


async def test_people_see_who_there_is_and_two_sheets(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    place.mkdir()
    (place / "accounts.json").write_text(json.dumps(ACCOUNTS))
    heard = io.StringIO()
    console = Console(file=heard, width=200, soft_wrap=True)
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": str(tmp_path)})
    await standing.prepare(settings, Output(as_json=False, language="en", console=console))
    said = heard.getvalue()
    assert all(each["account"] in said for each in ACCOUNTS if each["account"] != "KE")
    assert "removed during the operation" in said
    assert [sheet for sheet in ("a", "b", "c", "d", "e") if f"cencomm1:{sheet}" in said] == ["b", "d"]
    assert str(place / "accounts.json") in said
