"""Commands for one's own account: what reaches the client's account functions, and what never does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cencomm.cli import accounts
from cencomm.client import account
from cencomm.client.errors import ProfileExists
from cencomm.wire.http import DeviceOut
from tests.unit.cli.fakes import PASSWORD, Cli
from tests.unit.cli.test_sheets import SHEET


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the account functions were asked."""
    calls: list[tuple[object, ...]] = []

    def note(name: str) -> None:
        async def called(*words: object, **named: object) -> object:
            calls.append((name, *words, *named.values()))
            return (DeviceOut(device_id="KE/otieno/laptop", certificate=b"x", registered_at_ms=0, revoked=False),)

        monkeypatch.setattr(account, name, called)

    for name in ("enrol", "sign_in_new_device", "recover", "change_password", "devices", "revoke_device"):
        note(name)
    return calls


@pytest.mark.parametrize(
    ("command", "function"), [("enrol", "enrol"), ("sign-in", "sign_in_new_device"), ("recover", "recover")]
)
def test_a_sheet_and_a_password_make_a_device(
    cli: Cli, asked: list[tuple[object, ...]], command: str, function: str, tmp_path: Path
) -> None:
    assert cli(command, SHEET.text(), "--device", "tablet").code == 0
    (tmp_path / "sheet.txt").write_text(SHEET.text().replace("cencomm1:", "cencomm1:\n  "))
    assert cli(command, "--sheet-file", str(tmp_path / "sheet.txt"), "--device", "tablet").code == 0
    assert cli(command, "--device", "tablet", typed=SHEET.text() + "\n").code == 0
    assert asked == [(function, cli.profile, SHEET, PASSWORD, "tablet")] * 3


def test_a_mistyped_sheet_is_a_sentence_and_nothing_is_asked(cli: Cli, asked: list[tuple[object, ...]]) -> None:
    said = cli("enrol", SHEET.text()[:-3] + "AAA")
    assert said.code == 1
    assert said.err.strip()
    assert asked == []


def test_a_refusal_of_the_client_is_a_sentence(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_words: object, **_named: object) -> None:
        raise ProfileExists(folder="x")

    monkeypatch.setattr(account, "enrol", refuse)
    said = cli("enrol", SHEET.text())
    assert said.code == 1
    assert "never overwritten" in said.err


def test_the_new_password_is_typed_twice(cli: Cli, asked: list[tuple[object, ...]]) -> None:
    assert cli("password", typed="one two three\nsomething else\n").code == 1
    assert asked == []
    assert cli("password", typed="one two three\none two three\n").code == 0
    assert asked == [("change_password", cli.client, PASSWORD, "one two three")]


def test_devices_are_shown_and_ended_only_with_consent(cli: Cli, asked: list[tuple[object, ...]]) -> None:
    assert "this device" in cli("devices").out
    asked.clear()
    assert cli("devices", "--end", "tablet", typed="n\n").code == 1
    assert asked == []
    assert cli("devices", "--end", "tablet", "--yes").code == 0
    assert asked[0] == ("revoke_device", cli.client, "KE/otieno/tablet")


@pytest.mark.parametrize("node", ["Anna's MacBook.local", "", "ÄÖ", "x" * 300])
def test_a_host_name_becomes_a_device_name(monkeypatch: pytest.MonkeyPatch, node: str) -> None:
    monkeypatch.setattr("platform.node", lambda: node)
    assert re.fullmatch(r"[a-z0-9-]{1,64}", accounts.device_name())
