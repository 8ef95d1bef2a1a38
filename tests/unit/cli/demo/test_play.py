"""Who plays what in the demonstration."""

from __future__ import annotations

from cencomm.cli.demo.play import CHAT, Outcome, cast_roles
from cencomm.i18n import LANGUAGES


def test_every_administration_reports_and_four_have_a_part_of_their_own() -> None:
    roles = cast_roles(["KE", "BR", "CN", "FR"])
    assert roles.reporters == ("KE/officer", "BR/officer", "CN/officer", "FR/officer")
    assert (roles.organiser, roles.leaver, roles.latecomer) == ("KE/organiser", "BR/removed", "CN/latecomer")
    assert roles.mover == "FR/officer"
    assert len(dict(roles.everybody)) == 7


def test_the_chat_speaks_all_six_languages() -> None:
    assert {language for language, _ in CHAT} == set(LANGUAGES)


def test_a_check_that_fails_is_wrong() -> None:
    outcome = Outcome()
    outcome.check(True, "held")
    outcome.check(False, "failed")
    assert (outcome.checks, outcome.wrong) == (["held"], ["failed"])
