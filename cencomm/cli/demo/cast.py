"""The people of the demonstration, enrolled as real ones are: ceremony, sheets, requests, certificates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.client import account
from cencomm.client.api import Client
from cencomm.client.profile import PasswordCost
from cencomm.crypto.enrolment import Sheet
from cencomm.crypto.vault import FLOOR_MEMORY_BYTES, FLOOR_OPS_LIMIT
from cencomm.ids import OfficerId, administration_of
from cencomm.server import bootstrap
from cencomm.settings import Settings

PASSWORD = "a fair wind for Mombasa"  # noqa: S105  of people who do not exist
COST = PasswordCost(FLOOR_OPS_LIMIT, FLOOR_MEMORY_BYTES)
"""For the profiles of people who do not exist: the least that is accepted."""
SECRETARIAT = "secretariat"
NAME = "CENcomm demonstration"
_AT_ONCE = 4
"""Of what hashes passwords: each takes 64 MiB of memory."""

Step = Callable[[str], None]
"""Told of each account that is ready."""


@dataclass(slots=True)
class Cast:
    """Who there is, and where their profiles lie."""

    folder: Path
    server_url: str
    root: account.RootInfo
    sheets: dict[str, Sheet] = field(default_factory=dict)

    @property
    def root_file(self) -> Path:
        return self.folder / "root.key"

    def profile(self, name: str, device: str = "laptop") -> Path:
        return self.folder / "profiles" / name.replace("/", "-") / device

    @asynccontextmanager
    async def signed_in(self, name: str) -> AsyncIterator[Client]:
        """The client of the secretariat or a contact point."""
        async with Client.open(self.profile(name), PASSWORD) as client:
            await client.sign_in()
            yield client

    @asynccontextmanager
    async def connected(self, name: str, device: str = "laptop") -> AsyncIterator[Client]:
        """An officer's client, live."""
        async with Client.open(self.profile(name, device), PASSWORD) as client:
            await client.connect()
            yield client

    async def new_device(self, name: str, device: str) -> None:
        """Set up a further device of an officer, from his sheet and password."""
        await account.sign_in_new_device(
            self.profile(name, device), self.sheets[name], PASSWORD, device=device, cost=COST
        )


async def found(folder: Path, settings: Settings) -> tuple[Cast, str]:
    """The ceremony and the deployment, before the server starts; gives the cast and the first invitation's code.

    Raises:
        AlreadyInitialised: the database belongs to another deployment.
    """
    root = await account.new_root(folder / "root.key", PASSWORD)
    invitation = await bootstrap.initialise(
        settings, deployment_id=root.deployment_id, root_public_key=root.root_public_key, name=NAME
    )
    return Cast(folder, settings.public_url, root), invitation.invitation_code


async def enrol_everybody(cast: Cast, code: str, officers: Iterable[tuple[OfficerId, str]], step: Step) -> None:
    """Enrol and certify the secretariat, a contact point for each administration, and the officers with their names."""
    await _enrol(
        cast,
        account.first_sheet(
            cast.root,
            server_url=cast.server_url,
            account=SECRETARIAT,
            display_name="Secretariat",
            invitation_code=code,
        ),
        step,
    )
    people = list(officers)
    points = sorted({administration_of(officer) for officer, _ in people})
    async with cast.signed_in(SECRETARIAT) as secretariat:
        sheets = [await account.invite(secretariat, point, f"Contact point {point}") for point in points]
        await at_once([_enrol(cast, sheet, step) for sheet in sheets])
        for request in await account.pending_requests(secretariat):
            certificate = await account.certify_ncp(cast.root_file, PASSWORD, request)
            await account.publish_certificate(secretariat, certificate)
    own = {point: [each for each in people if administration_of(each[0]) == point] for point in points}
    await at_once([_officers_of(cast, point, own[point], step) for point in points])


async def _officers_of(cast: Cast, point: str, people: list[tuple[OfficerId, str]], step: Step) -> None:
    async with cast.signed_in(point) as ncp:
        for officer, name in people:
            await _enrol(cast, await account.invite(ncp, officer, name), step)
        for request in await account.pending_requests(ncp):
            await account.certify(ncp, request, PASSWORD)


async def _enrol(cast: Cast, sheet: Sheet, step: Step) -> None:
    await account.enrol(cast.profile(sheet.account), sheet, PASSWORD, device="laptop", cost=COST)
    cast.sheets[sheet.account] = sheet
    step(sheet.account)


async def at_once(work: Iterable[Awaitable[None]]) -> None:
    """Run the coroutines, a few at the same time."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(coroutine: Awaitable[None]) -> None:
        async with gate:
            await coroutine

    async with asyncio.TaskGroup() as group:
        for coroutine in work:
            group.create_task(one(coroutine))
