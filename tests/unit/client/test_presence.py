"""What a client knows of who is on line and who types: only what it asked for, and not for long."""

from __future__ import annotations

import asyncio

import pytest

from cencomm.client.presence import MOST_ATTENDED, MOST_TYPISTS, Presence, PresenceView
from cencomm.ids import CugId, OfficerId
from cencomm.wire.frames import (
    TYPING_EVERY_SECONDS,
    TYPING_LASTS_SECONDS,
    ClientFrame,
    Present,
    Typing,
    Unwatch,
    Watch,
    Writes,
)

CUG, OTHER = CugId(b"c" * 16), CugId(b"o" * 16)
OTIENO, SILVA = OfficerId("KE/otieno"), OfficerId("BR/silva")


class Stand:
    def __init__(self) -> None:
        self.now = 50.0
        self.sent: list[ClientFrame] = []
        self.presence = Presence(self.sent.append, lambda: self.now)


@pytest.fixture
def stand() -> Stand:
    return Stand()


def test_a_cug_is_asked_about_once_and_again_with_each_connection(stand: Stand) -> None:
    assert stand.presence.resume() == []
    stand.presence.attend(CUG)
    stand.presence.attend(CUG)
    assert stand.sent == [Watch(CUG)]
    assert stand.presence.resume() == [Watch(CUG)]


def test_of_many_the_last_few_are_asked_about(stand: Stand) -> None:
    cugs = [CugId(bytes([number]) * 16) for number in range(MOST_ATTENDED + 1)]
    for cug_id in cugs:
        stand.presence.attend(cug_id)
    assert stand.sent[-1] == Unwatch(cugs[0])
    assert stand.presence.resume() == [Watch(cug_id) for cug_id in cugs[1:]]


def test_who_is_on_line_is_what_was_said_last_until_the_line_breaks(stand: Stand) -> None:
    assert stand.presence.view(CUG) == PresenceView(None, ())
    stand.presence.attend(CUG)
    stand.presence.take(Present(CUG, (OTIENO, SILVA)))
    stand.presence.take(Present(CUG, (SILVA,)))
    assert stand.presence.view(CUG).present == frozenset([SILVA])
    stand.presence.take(Writes(CUG, SILVA))
    stand.presence.disconnected()
    assert stand.presence.view(CUG) == PresenceView(None, ())


def test_what_was_not_asked_for_is_left(stand: Stand) -> None:
    stand.presence.take(Present(OTHER, (OTIENO,)))
    stand.presence.take(Writes(OTHER, OTIENO))
    stand.presence.said(OTHER, OTIENO)
    assert stand.presence.view(OTHER) == PresenceView(None, ())


def test_typing_ends_by_itself_and_when_what_was_typed_has_come(stand: Stand) -> None:
    stand.presence.attend(CUG)
    stand.presence.take(Writes(CUG, OTIENO))
    stand.now += TYPING_LASTS_SECONDS - 1
    stand.presence.take(Writes(CUG, SILVA))
    assert stand.presence.view(CUG).writing == (OTIENO, SILVA)
    stand.now += 1
    assert stand.presence.view(CUG).writing == (SILVA,)
    stand.presence.said(CUG, SILVA)
    assert stand.presence.view(CUG).writing == ()


def test_a_server_that_names_everybody_costs_no_memory(stand: Stand) -> None:
    stand.presence.attend(CUG)
    for number in range(MOST_TYPISTS + 5):
        stand.presence.take(Writes(CUG, f"KE/{number}"))
    assert len(stand.presence.view(CUG).writing) == MOST_TYPISTS


def test_typing_is_said_at_most_so_often(stand: Stand) -> None:
    for _ in range(10):
        stand.presence.typing(CUG)
    assert stand.sent == [Watch(CUG), Typing(CUG)]
    stand.now += TYPING_EVERY_SECONDS
    stand.presence.typing(CUG)
    assert stand.sent == [Watch(CUG), Typing(CUG), Typing(CUG)]


async def test_asking_waits_for_the_answer(stand: Stand) -> None:
    asked = asyncio.create_task(stand.presence.ask(CUG, 20))
    while not stand.sent:
        await asyncio.sleep(0)
    stand.presence.take(Present(CUG, (OTIENO,)))
    assert await asked == frozenset([OTIENO])


async def test_a_server_that_does_not_answer_is_not_waited_for_long(stand: Stand) -> None:
    asked = asyncio.create_task(stand.presence.ask(CUG, 0.01))
    while not stand.sent:
        await asyncio.sleep(0)
    stand.now += 1
    assert await asked is None
