"""The client engine's front: one profile, one account, one session, its CUGs.

async with Client.open(folder, password) as client:
    await client.connect()
    cug = await client.open_cug("Operation Tiger", operation_code="OT26")
    await cug.admit(OfficerId("KE/otieno"), Role.OFFICER)
    await cug.send_text("ready")
    async for item in cug.watch(): ...
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cencomm.client.cug import Cug
from cencomm.client.http import Api
from cencomm.crypto.group_context import History
from cencomm.ids import CugId, OfficerId
from cencomm.templates_forms.model import Template
from cencomm.wire.http import DirectoryEntry


@dataclass(frozen=True, slots=True)
class Account:
    """Who this profile is."""

    account: str
    kind: str
    """secretariat, ncp or officer."""
    display_name: str
    server_url: str
    deployment_id: bytes
    root_public_key: bytes
    device_id: str
    """Empty until the account is certified (and always for a secretariat or NCP account)."""
    certified: bool


class Client:
    """Use `Client.open`. One client per profile and process; another process may use the same profile meanwhile."""

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, password: str) -> AsyncIterator[Client]:
        """Open the profile in `folder`; leaving the block disconnects and closes it.

        Raises:
            ProfileAbsent, WrongPassword, ProfileUnsupported.
        """
        raise NotImplementedError
        yield cls()

    @property
    def account(self) -> Account:
        raise NotImplementedError

    @property
    def api(self) -> Api:
        """The HTTP half, signed in after `connect` (or `sign_in`)."""
        raise NotImplementedError

    async def sign_in(self) -> None:
        """A fresh token, without the live session: all that secretariat and NCP accounts need.

        Raises:
            ServerUnreachable, ServerRefused, WrongDeployment.
        """
        raise NotImplementedError

    async def connect(self, seconds: float = 30.0) -> None:
        """Sign in, register the device where it is new, start the live session, subscribe to every CUG.

        Raises:
            NotCertified: the account's certificate is not there yet; ServerUnreachable, ServerRefused.
        """
        raise NotImplementedError

    async def disconnect(self) -> None:
        """Stop the live session; `connect` goes on where it stopped."""
        raise NotImplementedError

    async def directory(self, administration: str | None = None) -> list[DirectoryEntry]:
        raise NotImplementedError

    def cugs(self) -> tuple[Cug, ...]:
        """The CUGs known on this profile, oldest first."""
        raise NotImplementedError

    def cug(self, which: CugId | str) -> Cug:
        """By id, by 32 hexadecimal digits, or by title. Raises UnknownGroup."""
        raise NotImplementedError

    async def open_cug(
        self,
        title: str,
        *,
        operation_code: str = "",
        about: str = "",
        history: History = History.FULL,
        templates: Sequence[Template] = (),
    ) -> Cug:
        """Open a CUG with this officer as its organiser and publish its title and templates."""
        raise NotImplementedError

    async def wait_for_cug(self, cug_id: CugId | None = None, seconds: float = 60.0) -> Cug:
        """Wait until this device is a member of that CUG (of any, if None) and has replayed its own join.

        A device without a Welcome of its own joins by external commit. Raises UnknownGroup after `seconds`.
        """
        raise NotImplementedError

    async def unlock_archive(self, cug: Cug, password: str) -> int:
        """Open the archive seals with the archive keys of the inner envelope: gives the content keys of epochs this
        device does not have; returns how many. Raises WrongPassword, MayNotExtract."""
        raise NotImplementedError

    def officer_name(self, officer_id: OfficerId) -> str:
        """The display name of the officer's certificate as last seen in a CUG; the id itself if never."""
        raise NotImplementedError
