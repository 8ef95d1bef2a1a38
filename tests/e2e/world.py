"""A deployment with people in it, made the way real people would: ceremony, sheets, enrolment, certificates.

world = await World.found(server_url, invitation, folder)
async with world.officer("KE/otieno") as otieno: ...      # enrolled, certified, connected; own profile folder
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.client import account
from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.client.model import Item, ItemKind
from cencomm.client.profile import PasswordCost
from cencomm.crypto.enrolment import Sheet
from cencomm.crypto.group_context import History, Role
from cencomm.crypto.vault import FLOOR_MEMORY_BYTES, FLOOR_OPS_LIMIT
from cencomm.ids import OfficerId
from cencomm.wire.content import Chat
from tests.servers import RunningServer

PASSWORD = "a fair wind for Mombasa"
SECRETARIAT = "secretariat"
COST = PasswordCost(FLOOR_OPS_LIMIT, FLOOR_MEMORY_BYTES)
"""The cheapest that is allowed: tests open many profiles."""


@dataclass(slots=True)
class World:
    """Who is enrolled, and where each profile lies."""

    folder: Path
    server_url: str
    root_file: Path
    sheets: dict[str, Sheet] = field(default_factory=dict)
    through: dict[str, str] = field(default_factory=dict)
    """By account: another address under which its devices reach the server (a proxy that plays the hostile server)."""

    @classmethod
    async def found(cls, folder: Path, server: RunningServer, *, server_url: str = "") -> World:
        """Set up a new deployment on a server that has not been started yet, start it, enrol the secretariat.

        `server_url`: how people reach it, where that is not its own address.
        """
        world = cls(folder, server_url or server.url, folder / "root.key")
        root = await account.new_root(world.root_file, PASSWORD)
        invitation = await server.initialise(deployment_id=root.deployment_id, root_public_key=root.root_public_key)
        await server.start_async()
        sheet = account.first_sheet(
            root,
            server_url=world.server_url,
            account=invitation.account,
            display_name=invitation.display_name,
            invitation_code=invitation.invitation_code,
        )
        await world._enrol(sheet)
        return world

    async def _enrol(self, sheet: Sheet) -> None:
        await account.enrol(self.profile(sheet.account), self._seen_from(sheet), PASSWORD, cost=COST)
        self.sheets[sheet.account] = sheet

    def _seen_from(self, sheet: Sheet) -> Sheet:
        return dataclasses.replace(sheet, server_url=self.through.get(sheet.account, sheet.server_url))

    def profile(self, name: str, device: str = "laptop") -> Path:
        return self.folder / "profiles" / name.replace("/", "-") / device

    @contextlib.asynccontextmanager
    async def signed_in(self, name: str) -> AsyncIterator[Client]:
        """A secretariat's or contact point's client: signed in, without a live session."""
        async with Client.open(self.profile(name), PASSWORD) as client:
            await client.sign_in()
            yield client

    async def contact_point(self, administration: str) -> None:
        """Invite, enrol and certify the NCP of an administration; harmless when it is there."""
        if administration in self.sheets:
            return
        async with self.signed_in(SECRETARIAT) as secretariat:
            await self._enrol(await account.invite(secretariat, administration, f"Contact point {administration}"))
            for request in await account.pending_requests(secretariat):
                certificate = await account.certify_ncp(self.root_file, PASSWORD, request)
                await account.publish_certificate(secretariat, certificate)

    async def enrol_officer(self, name: str, display_name: str = "") -> None:
        """Invite, enrol and certify an officer by the NCP of his administration."""
        administration = name.partition("/")[0]
        await self.contact_point(administration)
        async with self.signed_in(administration) as ncp:
            await self._enrol(await account.invite(ncp, name, display_name or name.partition("/")[2].title()))
            for request in await account.pending_requests(ncp):
                await account.certify(ncp, request, PASSWORD)

    async def present(self, name: str) -> None:
        """Enrol an officer and let his device connect once, so that he can be admitted."""
        async with self.officer(name):
            pass

    @contextlib.asynccontextmanager
    async def officer(self, name: str, device: str = "laptop") -> AsyncIterator[Client]:
        """The officer's client on one of his devices, enrolled if he is not yet, and connected."""
        if name not in self.sheets:
            await self.enrol_officer(name)
        if not self.profile(name, device).exists():
            sheet = self._seen_from(self.sheets[name])
            await account.sign_in_new_device(self.profile(name, device), sheet, PASSWORD, device=device, cost=COST)
        async with Client.open(self.profile(name, device), PASSWORD) as client:
            await client.connect()
            yield client


def text_of(item: Item) -> str:
    """The text of a message."""
    content = item.content
    assert isinstance(content, Chat)
    return content.text


def messages(cug: Cug) -> list[Item]:
    """Every message of a CUG, in its order, as this client has them."""
    found: list[Item] = []
    after = 0
    while items := cug.items(after):
        after = items[-1].seq
        found += [item for item in items if item.kind is ItemKind.CHAT]
    return found


def texts(cug: Cug) -> list[str]:
    return [text_of(item) for item in messages(cug)]


async def operation(
    organiser: Client,
    *others: Client,
    title: str = "Operation Tiger",
    history: History = History.FULL,
    role: Role = Role.OFFICER,
) -> tuple[Cug, ...]:
    """A CUG with everybody in it: the organiser's view first, then the others' in order."""
    cug = await organiser.open_cug(title, operation_code="OT26", history=history)
    await cug.admit_all({OfficerId(other.account.account): role for other in others})
    return (cug, *[await other.wait_for_cug(cug.id) for other in others])
