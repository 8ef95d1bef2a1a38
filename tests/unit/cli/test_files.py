"""Small files: read with a bound, never overwritten, mistakes said as wrong usage."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from cencomm.cli import files


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    files.write_new(tmp_path / "deep" / "key", b"secret")
    assert (tmp_path / "deep" / "key").read_bytes() == b"secret"
    assert (tmp_path / "deep" / "key").stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"mine")
    with pytest.raises(typer.BadParameter, match="exists already"):
        files.write_new(tmp_path / "key", b"other")
    assert (tmp_path / "key").read_bytes() == b"mine"


def test_room_is_made_where_nothing_stands_and_nothing_is_touched_where_something_does(tmp_path: Path) -> None:
    files.make_room(tmp_path / "deep" / "new.xlsx", "FILE")
    assert (tmp_path / "deep").is_dir()
    (tmp_path / "old").write_bytes(b"mine")
    with pytest.raises(typer.BadParameter, match="exists already"):
        files.make_room(tmp_path / "old", "FILE")
    with pytest.raises(typer.BadParameter, match="cannot be written"):
        files.make_room(tmp_path / "old" / "new.xlsx", "FILE")
    assert (tmp_path / "old").read_bytes() == b"mine"


def test_what_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(typer.BadParameter, match="cannot be read"):
        files.read_bytes(tmp_path / "absent")
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 2)
    (tmp_path / "long").write_bytes(b"123")
    with pytest.raises(typer.BadParameter, match="too large"):
        files.read_bytes(tmp_path / "long")


def test_fractions_in_answers_stay_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"amount": 0.10, "people": 3, "is_new": true}')
    assert files.read_answers(tmp_path / "a.json") == {"amount": "0.10", "people": 3, "is_new": True}


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000])
def test_what_is_no_object_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(typer.BadParameter):
        files.read_answers(tmp_path / "a.json")
