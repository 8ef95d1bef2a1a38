"""`cencomm admin doctor`: sentences, JSON and the exit status."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from cencomm.server import doctor
from cencomm.server.doctor.finding import Finding, ok, warning, wrong
from tests.unit.cli.fakes import Cli


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """Lets the doctor find what is given; the settings that it was asked about are noted."""
    asked: dict[str, str] = {}

    def set_up(*findings: Finding) -> dict[str, str]:
        async def examine(environ: Mapping[str, str], _now_ms: Callable[[], int]) -> list[Finding]:
            asked.update(environ)
            return list(findings)

        monkeypatch.setattr(doctor, "examine", examine)
        return asked

    return set_up


@pytest.mark.parametrize(
    ("findings", "status", "strict"),
    [
        ((ok("settings_valid"),), 0, 0),
        ((warning("client_missing"),), 0, 4),
        ((ok("settings_valid"), wrong("database_unreachable"), warning("client_missing")), 4, 4),
    ],
)
def test_the_exit_status_says_the_worst(
    cli: Cli, finds: Callable[..., dict[str, str]], findings: tuple[Finding, ...], status: int, strict: int
) -> None:
    finds(*findings)
    assert cli("admin", "doctor").code == status
    assert cli("admin", "doctor", "--strict").code == strict


def test_each_finding_is_a_sentence_with_what_to_do(cli: Cli, finds: Callable[..., dict[str, str]]) -> None:
    asked = finds(wrong("settings_invalid", setting="CENCOMM_PORT"), ok("disk_free", folder="/x", megabytes=7))
    said = cli("--language", "en", "admin", "doctor", "--data-dir", "/srv/c").out.splitlines()
    assert said[0].startswith("Wrong: The setting CENCOMM_PORT cannot be. Correct it")
    assert said[1] == "OK: 7 MB are free on the disk of /x."
    assert asked["CENCOMM_DATA_DIR"] == "/srv/c"


def test_programs_get_codes_and_facts(cli: Cli, finds: Callable[..., dict[str, str]]) -> None:
    finds(warning("backup_none", folder="/b"))
    (line,) = cli("--json", "admin", "doctor").out.splitlines()
    said = json.loads(line)
    assert (said["level"], said["code"], said["facts"]) == ("warning", "backup_none", {"folder": "/b"})
