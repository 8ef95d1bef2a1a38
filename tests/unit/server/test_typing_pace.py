"""How often typing is passed on."""

from __future__ import annotations

from cencomm.ids import CugId, OfficerId
from cencomm.server.typing_pace import APART_SECONDS, TYPISTS, TypingPace
from cencomm.wire.frames import TYPING_EVERY_SECONDS

CUG, OTHER = CugId(b"c" * 16), CugId(b"o" * 16)
OTIENO = OfficerId("KE/otieno")


def test_one_officer_at_most_once_in_a_while_in_each_cug() -> None:
    pace = TypingPace()
    assert pace.lets(CUG, OTIENO, 10.0)
    assert not pace.lets(CUG, OTIENO, 10.0 + APART_SECONDS - 0.01)
    assert pace.lets(OTHER, OTIENO, 10.0)
    assert pace.lets(CUG, OTIENO, 10.0 + APART_SECONDS)


def test_who_keeps_to_what_clients_keep_to_is_never_dropped_for_an_uneven_line() -> None:
    pace = TypingPace()
    assert all(pace.lets(CUG, OTIENO, at * TYPING_EVERY_SECONDS - 0.4 * (at % 2)) for at in range(10))


def test_of_many_who_type_at_once_a_few_are_passed_on() -> None:
    pace = TypingPace()
    officers = [OfficerId(f"KE/{number}") for number in range(TYPISTS + 3)]
    assert [pace.lets(CUG, one, 1.0) for one in officers] == [True] * TYPISTS + [False] * 3
    assert pace.lets(CUG, officers[-1], 1.0 + APART_SECONDS)


def test_what_counts_no_more_is_forgotten() -> None:
    pace = TypingPace()
    pace.lets(CUG, OTIENO, 1.0)
    pace.forget(1.5)
    assert not pace.lets(CUG, OTIENO, 1.5)
    pace.forget(1.0 + APART_SECONDS)
    assert pace._passed == {}
