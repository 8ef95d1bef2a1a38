"""What every command shares: passwords, exit codes, the default profile."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from cencomm.cli.context import EXIT_REFUSED, EXIT_UNREACHABLE, Options, default_profile, run_async
from cencomm.cli.output import Output
from cencomm.client.errors import ServerUnreachable, WrongPassword
from cencomm.errors import DomainError

OUTPUT = Output(as_json=False, language="en")


def options(tmp_path: Path, password_file: Path | None = None) -> Options:
    return Options(profile=tmp_path, output=OUTPUT, password_file=password_file)


def test_a_password_comes_from_its_file_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("from the file \n")
    monkeypatch.setenv("CENCOMM_PASSWORD", "from the environment")
    assert options(tmp_path, tmp_path / "password").password() == "from the file "
    assert options(tmp_path).password() == options(tmp_path).new_password() == "from the environment"


def test_a_password_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CENCOMM_PASSWORD", raising=False)
    asked: list[str] = []

    def prompt(text: str, **_rest: object) -> str:
        asked.append(text)
        return "typed"

    monkeypatch.setattr(typer, "prompt", prompt)
    given = options(tmp_path)
    assert [given.password(), given.password(), given.password("root_password")] == ["typed"] * 3
    assert asked == ["Password", "Password of the root key"]
    assert "typed" not in repr(given)


@pytest.mark.parametrize(
    ("error", "code"), [(WrongPassword(), EXIT_REFUSED), (ServerUnreachable(server="x"), EXIT_UNREACHABLE)]
)
def test_a_refusal_is_a_sentence_and_an_exit_code(
    error: DomainError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work() -> None:
        raise error

    with pytest.raises(typer.Exit) as left:
        run_async(OUTPUT, work)
    assert left.value.exit_code == code


def test_the_profile_lies_where_data_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_profile() == Path("/data/cencomm/profile")
