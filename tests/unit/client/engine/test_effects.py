"""Effects are values: asked for twice in a batch, they are done once."""

from __future__ import annotations

from cencomm.client.engine.effects import AnswerHistory, Join, RemoveLeaver
from cencomm.ids import OfficerId


def test_equal_effects_are_one() -> None:
    asked = [Join(), Join(), RemoveLeaver(OfficerId("KE/a")), RemoveLeaver(OfficerId("KE/a")), AnswerHistory(1, ())]
    assert len(dict.fromkeys(asked)) == 3
