"""`extract` and `verify`: what is said, and exit code 4 for anything that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cencomm.cli import extracting
from cencomm.client.errors import MayNotExtract
from cencomm.client.extraction import Extracted
from cencomm.client.extraction_files import Scope
from cencomm.client.extraction_formats import DEFAULT, Format
from cencomm.export.profiles import Profile
from tests.unit.cli.fakes import PASSWORD, Cli
from tests.unit.client.verify_world import an_operation, extract_to
from tests.unit.crypto.people import TRUST

TITLE = "Operation Tiger"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    extract_to(folder, an_operation())
    return folder


def test_an_honest_bundle_fits(cli: Cli, honest: Path) -> None:
    said = cli("verify", str(honest), "--root", TRUST.root_public_key.hex())
    assert said.code == 0
    assert "Everything fits." in said.out
    assert "Compare it" not in said.err


def test_without_a_pinned_root_the_bundles_own_is_shown(cli: Cli, honest: Path) -> None:
    said = cli("verify", str(honest))
    assert said.code == 0
    assert TRUST.root_public_key.hex() in said.err.replace("\n", "")


def test_everything_wrong_is_listed_and_the_exit_code_is_four(cli: Cli, honest: Path) -> None:
    said = cli("--json", "verify", str(honest), "--root", "00" * 32)
    assert said.code == 4
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert lines[-1]["ok"] is False
    assert lines[-1]["failures"] == sum("check" in line for line in lines) > 3


def test_what_is_no_bundle_is_wrong_too(cli: Cli, tmp_path: Path) -> None:
    said = cli("verify", str(tmp_path))
    assert said.code == 4
    assert "not an extraction" in said.err


def test_a_root_key_that_is_none_is_wrong_usage(cli: Cli, honest: Path) -> None:
    assert cli("verify", str(honest), "--root", "12").code == 2


def test_extracting_says_what_was_written(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    async def extract(
        _client: object, cug: object, target: Path, password: str, *, scope: Scope, **_rest: object
    ) -> Extracted:
        asked.append((cug, target, password, scope))
        return Extracted(target, 7, 2, 1, 3, 0, 10, 12, bytes(32))

    monkeypatch.setattr(extracting, "extract_cug", extract)
    said = cli("extract", TITLE, str(tmp_path / "out"))
    assert said.code == 0
    assert "7 records, of which forms: 2" in said.out
    assert "could not be opened: 1" in said.err
    assert "stay in the group, by their marking or by what they hold: 3" in said.err
    assert asked == [(cli.client.group, tmp_path / "out", PASSWORD, Scope(formats=DEFAULT))]
    words = ("--profile", "non_nominal", "-f", "sqlite", "-f", "html", "-f", "sqlite")
    assert cli("extract", TITLE, str(tmp_path / "other"), *words).code == 0
    assert asked[1][3] == Scope(Profile.NON_NOMINAL, (Format.SQLITE, Format.HTML))


def test_whoever_may_not_extract_gets_nothing(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def extract(*_words: object, **_rest: object) -> Extracted:
        raise MayNotExtract(role="officer")

    monkeypatch.setattr(extracting, "extract_cug", extract)
    assert cli("extract", TITLE, str(tmp_path / "out")).code == 1
    assert not (tmp_path / "out").exists()


def test_an_existing_target_is_wrong_usage(cli: Cli, tmp_path: Path) -> None:
    assert cli("extract", TITLE, str(tmp_path)).code == 2
    assert cli.client.calls == []
