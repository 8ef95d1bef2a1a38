"""Whether an officer is shown as being on line: his own choice."""

from __future__ import annotations

import pytest

from cencomm.accounts import presence, sessions
from cencomm.accounts.errors import NotAllowed
from tests.accounts_world import World


async def officer(world: World) -> sessions.SignedIn:
    return await world.officer(await world.ncp(await world.secretariat(), "KE"), "KE/otieno")


async def test_shown_until_he_hides_himself_and_again_when_he_wants(world: World) -> None:
    session = (await officer(world)).session
    for shown in (True, False, False, True, True):
        await presence.set_shown(session, world.uow(), shown=shown)
        assert await presence.is_shown(session, world.uow()) is shown


async def test_shown_by_default(world: World) -> None:
    assert await presence.is_shown((await officer(world)).session, world.uow())


async def test_only_officers_have_the_choice(world: World) -> None:
    secretariat = await world.secretariat()
    before = await world.snapshot()
    with pytest.raises(NotAllowed):
        await presence.set_shown(secretariat, world.uow(), shown=False)
    with pytest.raises(NotAllowed):
        await presence.is_shown(secretariat, world.uow())
    assert await world.snapshot() == before
