"""What is printed: inert for people, one object a line for programs."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from cencomm.cli.output import Output, inert, sentence
from cencomm.client.errors import ServerRefused, WrongPassword


def spoken(as_json: bool = False) -> tuple[Output, io.StringIO]:
    heard = io.StringIO()
    console = Console(file=heard, width=80, markup=False, emoji=False, highlight=False)
    return Output(as_json=as_json, language="en", console=console), heard


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("мир سلام", "мир سلام"),
        ("two\nlines\tand", "two\nlines\tand"),
        ("\x1b[31m", "<U+001B>[31m"),
        ("\u202eabc\u2066", "<U+202E>abc<U+2066>"),
        ("\x00\x7f\u0085\u2028", "<U+0000><U+007F><U+0085><U+2028>"),
        ("\r", "<U+000D>"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_text_is_never_read_as_markup() -> None:
    output, heard = spoken()
    output.say("[bold]:smile:[/bold] {x}")
    output.table("", ("[red]a",), [("[link=x]b",)], [])
    assert "[bold]:smile:[/bold] {x}" in heard.getvalue()
    assert "[red]a" in heard.getvalue()
    assert "[link=x]b" in heard.getvalue()


def test_a_program_gets_json_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    output, heard = spoken(as_json=True)
    output.say("Sent.", {"id": b"\x01", "more": {"a": (1, 2)}})
    output.say("only for people")
    output.table("", ("a",), [("1",)], [{"a": 1}])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"id": "01", "more": {"a": [1, 2]}},
        {"a": 1},
    ]
    assert heard.getvalue() == ""


def test_an_error_is_a_sentence_or_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    spoken()[0].error(WrongPassword())
    assert capsys.readouterr().err.strip() == sentence(WrongPassword(), "en")
    spoken(as_json=True)[0].error(ServerRefused("accounts.locked_out", {"seconds": 5}))
    said = json.loads(capsys.readouterr().err)
    assert said == {"error": "accounts.locked_out", "facts": {"seconds": 5}, "by": "server"}


def test_what_the_server_refused_is_said_in_its_words() -> None:
    assert "Too many wrong attempts" in sentence(ServerRefused("accounts.locked_out"), "en")


def test_progress_is_silent_away_from_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with spoken()[0].progress() as progress:
        progress.advance(progress.add_task("Working", total=1))
    said = capsys.readouterr()
    assert said.out == said.err == ""
