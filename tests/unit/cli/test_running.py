"""Opening, connecting and finding: as much as a command needs, and no more."""

from __future__ import annotations

from tests.unit.cli.fakes import PASSWORD, Cli


def test_a_live_command_connects(cli: Cli) -> None:
    cli("members", "Operation Tiger")
    assert cli.client.calls == [("open", cli.profile, PASSWORD), ("connect",)]


def test_an_office_command_only_signs_in(cli: Cli) -> None:
    cli("password", typed="")
    assert ("connect",) not in cli.client.calls


def test_a_group_is_found_by_title_and_by_id(cli: Cli) -> None:
    assert cli("members", "Operation Tiger").code == 0
    assert cli("members", cli.client.group.id.hex()).code == 0
    assert cli("members", "Another").code == 1
