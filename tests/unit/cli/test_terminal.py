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


def terminal(monkeypatch: pytest.MonkeyPatch, half_typed: str = "half") -> Terminal:
    """One on which something is half typed. Not a fixture: pytest exchanges the streams before the test begins."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("readline.get_line_buffer", lambda: half_typed)
    return Terminal()


def test_what_is_half_typed_is_drawn_again(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch).aside():
        print("hello")
    assert capsys.readouterr().out == "\r\x1b[Khello\n> half"


def test_a_status_stands_above_what_is_half_typed_and_goes_without_a_trace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = terminal(monkeypatch)
    shown.status("somebody types")
    assert capsys.readouterr().out == "\r\x1b[K\x1b[2msomebody types\x1b[0m\n> half"
    shown.status("somebody types")
    assert capsys.readouterr().out == ""
    shown.status("")
    assert capsys.readouterr().out == "\r\x1b[K\x1b[1A\r\x1b[K> half"
    shown.status("somebody types")
    capsys.readouterr()
    with shown.aside():
        print("hello")
    assert capsys.readouterr().out == "\r\x1b[K\x1b[1A\r\x1b[Khello\n> half"


async def test_a_status_goes_when_a_line_is_entered(
    typed: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = terminal(monkeypatch)
    shown.status("somebody types")
    capsys.readouterr()
    typed += ["one", "two"]
    assert [line async for line in shown.lines()] == ["one", "two"]
    assert capsys.readouterr().out == "\x1b[2A\x1b[M\x1b[1B"


def test_a_line_that_has_wrapped_is_left_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch, "x" * 1000).status("somebody types")
    assert capsys.readouterr().out == ""


def test_away_from_a_terminal_there_is_no_status(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Terminal()
    shown.status("somebody types")
    assert (capsys.readouterr().out, shown.half_typed) == ("", "")
