"""The command as a whole: help that leads a new user, version, and the options before a command's name."""

from __future__ import annotations

import importlib.metadata

import pytest

from tests.unit.cli.fakes import Cli

COMMANDS = [
    "enrol",
    "sign-in",
    "recover",
    "password",
    "devices",
    "cugs",
    "open",
    "members",
    "admit",
    "remove",
    "leave",
    "close",
    "chat",
    "send",
    "watch",
    "templates",
    "submit",
    "extract",
    "verify",
    "invite",
    "requests",
    "certify",
    "revoke",
    "serve",
    "init",
    "ceremony",
]


def test_the_help_names_every_command_and_where_to_begin(cli: Cli) -> None:
    said = cli("--help")
    assert said.code == 0
    for command in COMMANDS:
        assert f" {command} " in said.out
    assert "cencomm enrol" in " ".join(said.out.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_eighty_columns(cli: Cli, command: str) -> None:
    said = cli(command, "--help")
    assert said.code == 0
    assert "Usage:" in said.out
    assert max(len(line) for line in said.out.splitlines()) <= 80


def test_nothing_typed_shows_the_help(cli: Cli) -> None:
    assert "Usage:" in cli().out + cli().err


def test_the_version_is_the_packages(cli: Cli) -> None:
    assert cli("--version").out == f"cencomm {importlib.metadata.version('cencomm')}\n"


def test_errors_come_in_the_readers_language(cli: Cli) -> None:
    english, french = cli("members", "Nowhere"), cli("--language", "fr", "members", "Nowhere")
    assert english.code == french.code == 1
    assert "No group of that name" in english.err
    assert french.err
    assert french.err != english.err


def test_an_unknown_language_is_wrong_usage(cli: Cli) -> None:
    assert cli("--language", "de", "cugs").code == 2
    assert cli.client.calls == []
