"""Commands of contact points and the secretariat: sheets, requests, certificates, revocations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client import account
from cencomm.client.account import PendingRequest
from cencomm.crypto.certificates import Kind
from cencomm.crypto.enrolment import new_request
from tests.unit.cli.fakes import PASSWORD, Cli
from tests.unit.cli.test_sheets import SHEET
from tests.unit.crypto.people import DEPLOYMENT, OTIENO, seed

SIGNED = new_request(seed("x"), deployment_id=DEPLOYMENT, kind=Kind.OFFICER, subject="KE/otieno")
REQUEST = PendingRequest("KE/otieno", "officer", "A. Otieno", SIGNED, 0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the account functions were asked."""
    calls: list[tuple[object, ...]] = []

    def note(name: str, answer: object = None) -> None:
        async def called(*words: object, **named: object) -> object:
            calls.append((name, *words, *named.values()))
            return answer

        monkeypatch.setattr(account, name, called)

    note("invite", SHEET)
    note("pending_requests", [REQUEST])
    note("certify", OTIENO.chain.officer)
    note("certify_ncp", OTIENO.chain.ncp)
    note("publish_certificate")
    note("revoke")
    return calls


def test_inviting_prints_the_sheet_and_writes_a_page(cli: Cli, asked: list[tuple[object, ...]], tmp_path: Path) -> None:
    said = cli("invite", "KE/otieno", "A. Otieno", "--sheet", str(tmp_path / "sheet.html"))
    assert asked == [("invite", cli.client, "KE/otieno", "A. Otieno")]
    assert SHEET.text() in said.out.replace("\n", "")
    assert (tmp_path / "sheet.html").exists()


def test_requests_are_listed_and_carried(cli: Cli, asked: list[tuple[object, ...]], tmp_path: Path) -> None:
    assert "KE/otieno" in cli("requests").out
    assert cli("requests", "--save", str(tmp_path)).code == 0
    assert PendingRequest.decode((tmp_path / "KE-otieno.request").read_bytes()) == REQUEST
    assert {call[0] for call in asked} == {"pending_requests"}


def test_nobody_is_certified_without_consent(cli: Cli, asked: list[tuple[object, ...]]) -> None:
    assert cli("certify").code == 2
    assert cli("certify", "KE/otieno", typed="n\n").code == 1
    assert cli("certify", "KE/nobody", "--yes").code == 2
    assert {call[0] for call in asked} == {"pending_requests"}
    assert cli("certify", "KE/otieno", typed="y\n").code == 0
    assert asked[-1] == ("certify", cli.client, REQUEST, PASSWORD)


def test_the_secretariat_certifies_with_the_root_key(cli: Cli, asked: list[tuple[object, ...]], tmp_path: Path) -> None:
    cli.client.account = replace(cli.client.account, kind="secretariat")
    key = tmp_path / "root.key"
    key.write_bytes(b"key")
    assert cli("certify", "--all", "--yes").code == 2
    assert cli("certify", "--all", "--yes", "--root-key", str(key)).code == 0
    assert asked[-2:] == [
        ("certify_ncp", key, PASSWORD, REQUEST),
        ("publish_certificate", cli.client, OTIENO.chain.ncp),
    ]


def test_what_the_ceremony_made_is_published(cli: Cli, asked: list[tuple[object, ...]], tmp_path: Path) -> None:
    file = tmp_path / "KE.certificate"
    file.write_bytes(OTIENO.chain.ncp.encode())
    assert cli("certify", "--certificate", str(file)).code == 0
    assert asked == [("publish_certificate", cli.client, OTIENO.chain.ncp)]


def test_a_certificate_file_that_is_none_is_refused(cli: Cli, asked: list[tuple[object, ...]], tmp_path: Path) -> None:
    file = tmp_path / "KE.certificate"
    file.write_bytes(b"junk")
    assert cli("certify", "--certificate", str(file)).code == 1
    assert asked == []


def test_revoking_is_asked_first_and_says_since_when(cli: Cli, asked: list[tuple[object, ...]]) -> None:
    assert cli("revoke", "KE/otieno", typed="n\n").code == 1
    assert asked == []
    assert cli("revoke", "KE/otieno", "--since", "2026-01-02", "--yes").code == 0
    assert asked == [("revoke", cli.client, "KE/otieno", PASSWORD, 1_767_312_000_000)]
