"""Typing while lines come in."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from cencomm.cli.terminal import Terminal


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is typed, a line at each call; then the end of input."""
    lines: list[str] = []

    def read(_prompt: str) -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    yield lines


async def test_lines_come_in_order_until_the_end(typed: list[str]) -> None:
    typed += ["one", "", "two"]
    assert [line async for line in Terminal().lines()] == ["one", "", "two"]


def test_nothing_is_drawn_away_from_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Terminal().aside():
        print("hello")
    assert capsys.readouterr().out == "hello\n"


def test_what_is_half_typed_is_drawn_again(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("readline.get_line_buffer", lambda: "half")
    with Terminal().aside():
        print("hello")
    assert capsys.readouterr().out == "\r\x1b[Khello\n> half"
