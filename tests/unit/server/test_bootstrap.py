"""Making a deployment."""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.accounts.errors import AlreadyEnrolled
from cencomm.server.bootstrap import AlreadyInitialised, initialise
from cencomm.settings import Settings
from cencomm.wire.http import InvitationOut
from tests.accounts_world import World, new_world, sqlite_url


async def make(
    url: str, *, deployment_id: bytes = b"d" * 16, name: str = "Test", root: bytes = b"r" * 32
) -> InvitationOut:
    settings = Settings(Path("/nowhere"), url)
    return await initialise(settings, deployment_id=deployment_id, root_public_key=root, name=name)


async def test_first_secretariat_account_is_invited(tmp_path: Path) -> None:
    invited = await make(f"sqlite:///{tmp_path}/data/new.sqlite3")
    assert (invited.account, invited.kind) == ("secretariat", "secretariat")
    assert invited.invitation_code


async def test_again_replaces_the_code_and_keeps_the_deployment(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    first, second = await make(url), await make(url)
    assert first.invitation_code != second.invitation_code


@pytest.mark.parametrize(
    "other", [{"deployment_id": b"e" * 16}, {"root": b"s" * 32}, {"name": "Other"}], ids=["id", "root", "name"]
)
async def test_another_deployment_is_refused(tmp_path: Path, other: dict[str, bytes]) -> None:
    async with new_world(await sqlite_url(tmp_path)) as world:
        url = world.database.url.set(drivername="sqlite").render_as_string()
        given = {
            "deployment_id": world.deployment.deployment_id,
            "root": world.deployment.root_public_key,
            "name": world.deployment.name,
        }
        before = await world.snapshot()
        with pytest.raises(AlreadyInitialised):
            await make(url, **{**given, **other})  # type: ignore[arg-type]
        assert await world.snapshot() == before


async def test_after_the_first_enrolment_nobody_is_invited(world: World) -> None:
    await world.secretariat()
    url = world.database.url.set(drivername="sqlite").render_as_string()
    deployment = world.deployment
    before = await world.snapshot()
    with pytest.raises(AlreadyEnrolled):
        await make(url, deployment_id=deployment.deployment_id, root=deployment.root_public_key)
    assert await world.snapshot() == before
