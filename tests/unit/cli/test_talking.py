"""Messages: sent as typed, shown inert."""

from __future__ import annotations

import json

import pytest

from cencomm.cli.output import Output
from cencomm.cli.talking import who_types
from cencomm.client.model import Unsent
from cencomm.wire.content import Chat
from tests.unit.cli.fakes import REFERENCE, Cli, chat_item

TITLE = "Operation Tiger"


def test_a_message_is_sent_as_typed_and_waited_for(cli: Cli) -> None:
    said = cli("--json", "send", TITLE, "  mañana \u202e ", "--lang", "es")
    assert cli.client.done() == [("send", "  mañana \u202e ", "es")]
    assert cli.client.calls[-1] == ("flush",)
    assert json.loads(said.out) == {"client_ref": REFERENCE.hex()}


def test_a_message_may_come_from_stdin(cli: Cli) -> None:
    assert cli("send", TITLE, typed="two\nlines\n").code == 0
    assert cli.client.done() == [("send", "two\nlines", "")]


def test_nothing_is_not_sent(cli: Cli) -> None:
    assert cli("send", TITLE, typed="").code == 2
    assert cli.client.calls == []


def test_what_others_wrote_cannot_redraw_the_terminal(cli: Cli) -> None:
    cli.client.group.found = [chat_item(4, "\x1b[2J[red]hello\u202e")]
    said = cli("watch", TITLE, "--once")
    assert "\x1b" not in said.out
    assert "<U+001B>[2J[red]hello<U+202E>" in said.out
    assert "A. Otieno [KE/otieno]" in said.out


def test_watching_begins_after_a_number(cli: Cli) -> None:
    cli.client.group.found = [chat_item(4, "early"), chat_item(5, "late")]
    lines = cli("--json", "watch", TITLE, "--once", "--after", "4").out.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["late"]


def test_watching_live_shows_what_comes(cli: Cli) -> None:
    cli.client.group.found = [chat_item(4, "now")]
    assert "now" in cli("watch", TITLE).out


def test_chatting_sends_line_by_line_until_quit(cli: Cli) -> None:
    cli.client.group.found = [chat_item(4, "earlier")]
    said = cli("chat", TITLE, "--lang", "en", typed="hello\n\n/who\nbye\n/quit\nnever\n")
    assert said.code == 0
    assert cli.client.done() == [("send", "hello", "en"), ("send", "bye", "en")]
    assert "earlier" in said.out
    assert "A. Otieno [KE/otieno] organiser" in said.out


def test_who_is_asked_for_is_marked_as_on_line(cli: Cli) -> None:
    assert "A. Otieno [KE/otieno] organiser  online" in cli("chat", TITLE, typed="/who\n").out


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["A. Otieno"], "A. Otieno is typing"),
        (["A. Otieno", "B. Silva"], "A. Otieno and B. Silva are typing"),
        (["A. Otieno", "B. Silva", "C. Li"], "3 members are typing"),
    ],
)
def test_who_types_is_said_by_name_of_two_at_most(names: list[str], said: str) -> None:
    assert who_types(names, Output(as_json=False, language="en")) == said


def test_chatting_ends_with_the_input(cli: Cli) -> None:
    assert cli("chat", TITLE, typed="hello\n").code == 0
    assert cli.client.done() == [("send", "hello", "")]


def test_what_was_refused_is_shown_with_the_reason_and_forgotten_only_when_asked(cli: Cli) -> None:
    assert "on its way" in cli("unsent", TITLE).err
    cli.client.group.kept = [Unsent(REFERENCE, "wire.too_large", Chat("do not lose \x1bthis"))]
    said = cli("unsent", TITLE)
    assert "do not lose <U+001B>this" in said.out
    assert cli.client.done() == []
    cli("unsent", TITLE, "--discard")
    assert cli.client.done() == [("discard", REFERENCE)]
    assert json.loads(cli("--json", "unsent", TITLE).out)["reason"] == "wire.too_large"
