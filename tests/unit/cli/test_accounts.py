"""Commands for one's own account: what reaches the client's account functions, and what never does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import segno

from cencomm.cli import accounts
from cencomm.cli.sheets import from_groups, in_groups
from cencomm.client import account
from cencomm.client.errors import ProfileExists, WrongPassword
from cencomm.crypto.device_code import DeviceCode
from cencomm.crypto.primitives import Secret
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


CODE = DeviceCode("https://cencomm.example", bytes(16), bytes(32), "KE/otieno", "A. Otieno", Secret(bytes(range(32))))


def test_the_code_of_another_device_takes_the_sheets_place_only_for_signing_in(
    cli: Cli, asked: list[tuple[object, ...]]
) -> None:
    for text in (CODE.text(), CODE.text().upper(), f"{CODE.server_url}/#code={CODE.text()}", in_groups(CODE.text())):
        assert cli("sign-in", text, "--device", "tablet").code == 0
    assert asked == [("sign_in_new_device", cli.profile, CODE, PASSWORD, "tablet")] * 4
    asked.clear()
    for command in ("enrol", "recover"):
        assert cli(command, CODE.text()).code == 1
    assert cli("sign-in", CODE.text()[:-3] + "AAA").code == 1
    assert asked == []


def test_a_device_code_is_shown_for_a_password(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []

    async def shown(*words: object) -> DeviceCode:
        calls.append(words)
        return CODE

    monkeypatch.setattr(accounts, "device_code", shown)
    said = cli("device-code")
    assert from_groups(said.out[said.out.index("cencommdevice1:") :]) == CODE.text()
    assert "▀" not in said.out  # nobody looks at a file
    assert json.loads(cli("--json", "device-code").out) == {"account": "KE/otieno", "code": CODE.text()}
    assert calls == [(cli.client, PASSWORD)] * 2


def test_a_wrong_password_shows_no_code(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_words: object) -> DeviceCode:
        raise WrongPassword

    monkeypatch.setattr(accounts, "device_code", refuse)
    said = cli("device-code")
    assert (said.code, said.out) == (1, "")


def test_qr_code_is_drawn_in_half_blocks() -> None:
    lines = accounts.qr_lines("CENCOMM").splitlines()
    modules = segno.make("CENCOMM", error="l", micro=False)
    side = modules.symbol_size(border=2)[0]
    assert len(lines) == (side + 1) // 2
    drawn = "".join(lines)
    dark = sum({" ": 0, "▀": 1, "▄": 1, "█": 2}[each] for each in drawn)
    assert dark == sum(sum(row) for row in modules.matrix)
