"""Commands for groups: what reaches the client, and that nothing does without consent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cencomm.cli import groups
from cencomm.client.cug import CugState
from cencomm.client.model import Alarm
from cencomm.crypto.group_context import History, Role
from cencomm.wire.frames import Present
from tests.unit.cli.fakes import CUG_ID, PASSWORD, Cli

TITLE = "Operation Tiger"


def test_groups_are_listed_with_what_one_is_in_them(cli: Cli) -> None:
    said = cli("cugs")
    assert said.code == 0
    assert TITLE in said.out
    assert "organiser" in said.out
    assert ("open", cli.profile, PASSWORD) in cli.client.calls


def test_a_program_gets_one_object_a_line(cli: Cli) -> None:
    (line,) = cli("--json", "cugs").out.splitlines()
    assert json.loads(line) | {"title": TITLE, "cug_id": CUG_ID.hex(), "role": "organiser"} == json.loads(line)


def test_alarms_are_said_beside_the_list(cli: Cli) -> None:
    cli.client.group.raised = [Alarm("never_heard_of", 7)]
    said = cli("cugs")
    assert "never_heard_of" in said.err
    assert "never_heard_of" not in said.out


def test_opening_gives_title_code_history_and_templates(cli: Cli) -> None:
    assert cli("open", TITLE, "--code", "OT26", "--history", "from_join").code == 0
    ((_, title, rest),) = cli.client.done()
    assert title == TITLE
    assert isinstance(rest, dict)
    assert rest["history"] is History.FROM_JOIN
    assert [template.id for template in rest["templates"]] == ["simplified_seizure"]


@pytest.mark.parametrize("words", [("--history", "some"), ("--template", "/nowhere")])
def test_opening_with_what_is_not_there_opens_nothing(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli("open", TITLE, *words).code == 2
    assert cli.client.calls == []


def test_a_file_that_is_no_template_opens_nothing(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("{}")
    said = cli("open", TITLE, "--template", str(tmp_path / "t.json"))
    assert said.code == 1
    assert said.err.strip()
    assert cli.client.calls == []


def test_members_are_shown(cli: Cli) -> None:
    assert "A. Otieno" in cli("members", TITLE).out


def test_members_on_line_are_marked_and_what_is_not_known_is_not_said(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "online" in cli("members", TITLE).out
    assert json.loads(cli("--json", "members", TITLE).out)["on_line"] is True
    cli.client.presence.take(Present(CUG_ID, ("BR/silva",)))
    assert "online" not in cli("members", TITLE).out
    assert json.loads(cli("--json", "members", TITLE).out)["on_line"] is False
    monkeypatch.setattr(groups, "_PRESENCE_SECONDS", 0.01)
    cli.client.on_line = None
    cli.client.presence.disconnected()
    assert json.loads(cli("--json", "members", TITLE).out)["on_line"] is None


def test_an_officer_hides_himself_and_shows_himself_again(cli: Cli) -> None:
    assert "see when you are online" in cli("presence").out
    assert json.loads(cli("--json", "presence", "--hide").out) == {"shown": False}
    assert "Nobody is shown" in cli("presence").out
    assert json.loads(cli("--json", "presence", "--show").out) == {"shown": True}


def test_several_officers_are_admitted_at_once(cli: Cli) -> None:
    assert cli("admit", TITLE, "BR/silva", "CN/li", "--role", "ocu").code == 0
    assert cli.client.done() == [("admit", ("BR/silva", Role.OCU), ("CN/li", Role.OCU))]


def test_an_unknown_role_admits_nobody(cli: Cli) -> None:
    assert cli("admit", TITLE, "BR/silva", "--role", "king").code == 2
    assert cli.client.calls == []


@pytest.mark.parametrize(
    ("words", "done"),
    [
        (("remove", TITLE, "BR/silva"), ("remove", "BR/silva")),
        (("leave", TITLE, "--reason", "done"), ("leave", "done")),
        (("close", TITLE), ("close",)),
    ],
)
def test_what_cannot_be_taken_back_is_asked_first(cli: Cli, words: tuple[str, ...], done: tuple[str, ...]) -> None:
    assert cli(*words, typed="n\n").code == 1
    assert cli(*words, typed="").code == 1
    assert cli("--json", *words).code == 2
    assert cli.client.calls == []
    assert cli(*words, typed="y\n").code == 0
    assert cli(*words, "--yes").code == 0
    assert cli.client.done() == [done, done]


def test_a_group_that_is_still_being_joined_is_waited_for(cli: Cli) -> None:
    cli.client.group.state = CugState.JOINING
    assert cli("members", CUG_ID.hex()).code == 0
    assert cli.client.group.state is CugState.OPEN
