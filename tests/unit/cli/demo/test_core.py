"""The CEN core of the demonstration: made once, and shown with its links."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cencomm.cli.demo import core
from cencomm.cli.output import Output
from cencomm.settings import Settings


async def test_what_was_interrupted_is_made_anew_and_what_was_made_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled: list[bool] = []

    async def fill(*_: object) -> None:
        filled.append((tmp_path / "cen.sqlite3-left").exists())

    monkeypatch.setattr("cen_core.demo.fill", fill)
    (tmp_path / "cen.sqlite3-left").touch()
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": str(tmp_path)})
    for _ in range(2):
        await core.fill(settings, tmp_path / core.DONE)
    assert filled == [False]


def test_everybody_has_a_link(capsys: pytest.CaptureFixture[str]) -> None:
    core.show(Output(as_json=True, language="en"), "http://127.0.0.1:8440")
    said = json.loads(capsys.readouterr().out)
    assert said["cen"] == "http://127.0.0.1:8440/cen/"
    assert said["people"][0]["link"] == "http://127.0.0.1:8440/cen/sign-in?officer=KE%2Fncp"


def test_people_read_the_links(capsys: pytest.CaptureFixture[str]) -> None:
    core.show(Output(as_json=False, language="fr"), "http://127.0.0.1:8440")
    said = capsys.readouterr().out
    assert "noyau CEN" in said and "secretariat/desk" in said
