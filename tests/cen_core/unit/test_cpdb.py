"""The door of the pictures: what is withdrawn there is erased before it answers."""

from __future__ import annotations

from cen_core.model.case import Move
from tests.cen_core.world import NCP, OFFICER, Stand, new_picture, picture_change


async def test_withdrawing_erases_and_nothing_is_left_for_the_next_sweep(stand: Stand) -> None:
    picture = await stand.core.cpdb.add(OFFICER, new_picture(submit=True))
    await stand.core.cpdb.move(NCP, Move.WITHDRAW, picture_change(picture), reason="mistake")
    assert stand.stored() == []
    assert await stand.core.cpdb.sweep() == 0
