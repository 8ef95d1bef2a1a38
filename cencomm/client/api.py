"""The client engine's front: one profile, one account, one session, its CUGs.

async with Client.open(folder, password) as client:
    await client.connect()
    cug = await client.open_cug("Operation Tiger", operation_code="OT26")
    await cug.admit(OfficerId("KE/otieno"), Role.OFFICER)
    await cug.send_text("ready")
    async for item in cug.watch(): ...
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from cencomm.client import model
from cencomm.client.clock import ServerClock
from cencomm.client.cug import Cug, CugServices
from cencomm.client.engine.device import Device, device_of_account
from cencomm.client.engine.engine import LATER, CugEngine, known_cugs
from cencomm.client.engine.outbox import require_size
from cencomm.client.enrol import require_deployment, sign_in_again
from cencomm.client.errors import (
    MayNotExtract,
    NotCertified,
    ServerRefused,
    ServerUnreachable,
    UnknownGroup,
)
from cencomm.client.history import open_archive
from cencomm.client.http import Api
from cencomm.client.identity import open_envelope
from cencomm.client.joining import fetch_welcome
from cencomm.client.keypackages import refill_key_packages
from cencomm.client.live import Live
from cencomm.client.model import OfficerRow, PendingKind, unpack
from cencomm.client.presence import Presence
from cencomm.client.profile import Profile
from cencomm.client.registration import bind_session, learn_chain
from cencomm.client.revocations import fetch_revocations, hand_back_own_list, refresh_revocations
from cencomm.client.session import Session
from cencomm.client.upkeep import Upkeep
from cencomm.client.vault_sync import pull_vault, push_vault, read_account, upload_inner
from cencomm.crypto.group_context import CencommGroup, History, Role, RosterEntry
from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.primitives import forget_signing_keys
from cencomm.errors import DomainError
from cencomm.ids import CugId, OfficerId, new_cug_id, new_group_id
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Profile as ProfileContent
from cencomm.wire.content import Template as TemplateContent
from cencomm.wire.content import encode_content
from cencomm.wire.frames import ClientFrame, Notice, NoticeKind
from cencomm.wire.http import DirectoryEntry, OpenCugIn

_VAULT_DELAY_SECONDS = 1.0
_LOOKS_BETWEEN_REFILLS = 20
"""About every ten minutes: a last-resort key package serves a week, a revocation list is asked for twice a day."""
_NOT_NOW = LATER | {"accounts.not_signed_in"}
"""Nothing is wrong with what was asked for: it is asked again with the next connection."""
_LOOK_AGAIN_SECONDS = 2.0
"""Whoever waits for a CUG does not rely on notices alone: they are not said twice."""

log = structlog.get_logger(__name__)


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
    """Empty for a secretariat or NCP account: they take no part in CUGs."""
    certified: bool
    """Whether this profile knows its chain to the root."""


@dataclass(frozen=True, slots=True)
class DeviceSignature:
    """A device's signature and who that device is."""

    chain: bytes
    """`crypto.certificates.Chain` encoded."""
    signature: bytes


class Client:
    """Use `Client.open`. One client per profile and process; another process may use the same profile meanwhile."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._row = read_account(profile)
        self._api = Api(self._row.server_url, self._row.token)
        self._clock = ServerClock()
        self.presence = Presence(self.send)
        """Who is on line in a CUG, and who types."""
        self._engines: dict[CugId, CugEngine] = {}
        self._cugs: dict[CugId, Cug] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: Session | None = None
        self._device: Device | None = None
        self._upkeep = Upkeep(self._engines, self._keep_up, self._look)
        self._vault_lock = asyncio.Lock()
        self._vault_waiting = False
        self._looks = 0
        self._new_cug = asyncio.Event()
        if self._row.chain:
            self._device = device_of_account(self._row)
            for cug_id in known_cugs(profile):
                self._engine(cug_id)

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, password: str) -> AsyncIterator[Client]:
        """Open the profile in `folder`; leaving the block disconnects and closes it.

        Raises:
            ProfileAbsent, WrongPassword, ProfileUnsupported, ProfileDamaged.
        """
        profile = await asyncio.to_thread(Profile.open, folder, password)
        client = cls(profile)
        try:
            yield client
        finally:
            await client.disconnect()
            for engine in client._engines.values():
                engine.stop()
            await client._api.close()
            profile.close()

    # ------------------------------------------------------------ account and session

    @property
    def account(self) -> Account:
        row = self._row
        return Account(
            account=row.account,
            kind=row.kind,
            display_name=row.display_name,
            server_url=row.server_url,
            deployment_id=row.deployment_id,
            root_public_key=row.root_public_key,
            device_id=row.device_id,
            certified=bool(row.chain),
        )

    @property
    def api(self) -> Api:
        """The HTTP half, signed in after `sign_in` or `connect`."""
        return self._api

    @property
    def profile(self) -> Profile:
        return self._profile

    @property
    def clock(self) -> ServerClock:
        return self._clock

    @property
    def device(self) -> Device:
        """Raises NotCertified."""
        if self._device is None:
            raise NotCertified(account=self._row.account)
        return self._device

    async def sign_in(self) -> None:
        """A token that holds, without the live session: all that secretariat and NCP accounts need.

        Raises:
            ServerUnreachable, ServerRefused, WrongDeployment.
        """
        said = await require_deployment(self._api, self._row.deployment_id, self._row.root_public_key)
        self._clock.learn(said.server_time_ms)
        if self._api.token:
            try:
                await self._api.session()
            except ServerRefused as refused:
                if refused.server_code != "accounts.not_signed_in":
                    raise
            else:
                await self._give_back()
                return
        await self.renew()
        await self._give_back()

    async def _give_back(self) -> None:
        """What only this account can give to a server that has lost it, or never got it."""
        await upload_inner(self._api, self._profile)
        await hand_back_own_list(self._api, self._profile)

    def token(self) -> str:
        """For the session (`session.Tokens`)."""
        return self._api.token

    async def renew(self) -> None:
        """A new session at the server, bound to the device where there is one (`session.Tokens`)."""
        self._row = await sign_in_again(self._api, self._profile)
        if self._device is not None:
            await bind_session(self._api, self._row)

    async def connect(self, seconds: float = 30.0) -> None:
        """Sign in, register the device where it is new, start the live session, follow every CUG.

        Raises:
            NotCertified: the account's certificate is not there yet, or it takes no part in CUGs;
            ServerUnreachable, ServerRefused, WrongDeployment.
        """
        await self.sign_in()
        await self._become_device()
        await bind_session(self._api, self._row)
        await fetch_revocations(self._api, self._profile, self._clock)
        await refill_key_packages(self._api, self._profile, self.device, self._clock)
        await self._discover()
        await pull_vault(self._api, self._profile, self._engines)
        await self._finish_openings()
        if self._session is None:
            handler = Live(self._engines, self._clock, self._notice, self._ready, self.presence)
            self._session = Session(self._row.server_url, self, handler)
            self._session.start()
        await self._session.wait_connected(seconds)
        self._upkeep.start()
        self._later(self._save_to_vault())

    async def disconnect(self) -> None:
        """Stop the live session; `connect` goes on where it stopped. What the vault is about to get it gets before: the
        officer's other devices may need the keys that came last, and this one may never come back."""
        await self._upkeep.stop()
        if self.is_connected and (self._vault_waiting or self._vault_lock.locked()):
            await self._logged(self._save_to_vault())
        session, self._session = self._session, None
        if session is not None:
            await session.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_connected(self) -> bool:
        return self._session is not None and self._session.is_connected

    def send(self, frame: ClientFrame) -> None:
        """For the engines (`engine.Link`): dropped without a connection, owed on the next."""
        if self._session is not None:
            self._session.send(frame)

    async def directory(self, administration: str | None = None) -> list[DirectoryEntry]:
        return await self._api.directory(administration)

    async def _become_device(self) -> None:
        if self._device is not None:
            return
        if self._row.kind != "officer":
            raise NotCertified(account=self._row.account)
        self._row = await learn_chain(self._api, self._profile, self._clock)
        self._device = device_of_account(self._row)
        for cug_id in known_cugs(self._profile):
            self._engine(cug_id)

    # ------------------------------------------------------------ CUGs

    def cugs(self) -> tuple[Cug, ...]:
        """The CUGs known on this profile, oldest first."""
        return tuple(sorted(self._cugs.values(), key=lambda cug: (cug.opened_ms, cug.id)))

    def cug(self, which: CugId | str) -> Cug:
        """By id, by 32 hexadecimal digits, or by title. Raises UnknownGroup."""
        if isinstance(which, bytes):
            found = [cug for cug in self.cugs() if cug.id == which]
        else:
            found = [cug for cug in self.cugs() if which.lower() == cug.id.hex()] or [
                cug for cug in self.cugs() if which in (cug.title, cug.operation_code)
            ]
        if len(found) != 1:
            raise UnknownGroup(name=which.hex() if isinstance(which, bytes) else which, found=len(found))
        return found[0]

    async def open_cug(
        self,
        title: str,
        *,
        operation_code: str = "",
        about: str = "",
        history: History = History.FULL,
        templates: Sequence[Template] = (),
    ) -> Cug:
        """Open a CUG with this officer as its organiser and publish its title and templates.

        Raises:
            NotCertified, ServerRefused, ServerUnreachable; RecordTooLarge: no CUG was opened.
        """
        device = self.device
        cug_id = new_cug_id()
        group = CencommGroup(
            version=0,
            cug_id=cug_id,
            started_at_ms=self._clock.now_ms(),
            roster=(RosterEntry(device.officer_id, device.chain.identity_key, Role.ORGANISER, device.archive_key),),
            history=history,
        )
        records = [encode_content(ProfileContent(title, operation_code, about))]
        records += [encode_content(TemplateContent(template.encode())) for template in templates]
        for record in records:
            require_size(record)
        engine = self._engine(cug_id)
        engine.prepare_start(new_group_id(), group, records)
        await self._finish_openings()
        for frame in engine.resume():
            self.send(frame)
        cug = self._cugs[cug_id]
        await engine.wait_for(lambda: engine.memory.secret is not None, 30.0)
        await cug.flush()
        return cug

    async def wait_for_cug(self, cug_id: CugId | None = None, seconds: float = 60.0) -> Cug:
        """Wait until this device is a member of that CUG (of any, if None) and has replayed its own join.

        Raises:
            UnknownGroup: not within `seconds`.
        """
        try:
            async with asyncio.timeout(seconds):
                while True:
                    for cug in self.cugs():
                        if cug_id in (None, cug.id) and cug.joined:
                            return cug
                    await self._something_new()
        except TimeoutError:
            raise UnknownGroup(name="" if cug_id is None else cug_id.hex(), waited_seconds=seconds) from None

    async def _something_new(self) -> None:
        # The events are taken before anything is awaited: what changes from here on sets them.
        events = [self._new_cug, *[engine.changed for engine in self._engines.values()]]
        waits = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            done, _ = await asyncio.wait(waits, timeout=_LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not done and self.is_connected:
            await self._discover()

    async def unlock_archive(self, cug: Cug, password: str) -> int:
        """Open the archive seals with the archive keys of the inner envelope: content keys of epochs that this device
        does not have; returns how many became readable.

        Raises:
            WrongPassword, MayNotExtract.
        """
        if not cug.may_extract:
            raise MayNotExtract(role=str(cug.role))
        envelope = await open_envelope(self._api, self._row, password)
        learned = open_archive(self._engines[cug.id], envelope.archive_keys)
        forget_signing_keys()
        return learned

    def sign_as_device(self, label: str, content: bytes) -> DeviceSignature:
        """This device's signature, with the chain that proves whose it is (SignWithLabel, RFC 9420 §5.1.2).

        Raises:
            NotCertified.
        """
        device = self.device
        return DeviceSignature(device.chain.encode(), sign_with_label(device.signature_seed, label, content))

    def officer_name(self, officer_id: OfficerId) -> str:
        """The display name of the officer's certificate as last seen in a CUG; the id itself if never."""
        data = self._profile.read().get(model.OFFICERS, officer_id.encode())
        return officer_id if data is None else unpack(OfficerRow, data).display_name

    # ------------------------------------------------------------ inside

    def _engine(self, cug_id: CugId) -> CugEngine:
        known = self._engines.get(cug_id)
        if known is None:
            known = CugEngine(cug_id, self.device, self._profile, self, self._clock)
            known.reading()
            services = CugServices(self._api, self._profile, self._clock, self._later, self._save_soon)
            self._engines[cug_id] = known
            self._cugs[cug_id] = Cug(known, services)
            wake, self._new_cug = self._new_cug, asyncio.Event()
            wake.set()
        return known

    def _ready(self) -> None:
        """A fresh connection: what was missed or left undone while there was none."""
        self._later(self._discover())
        self._save_soon()

    async def _discover(self) -> None:
        """CUGs that this officer came into while nobody listened: a notice is not said twice."""
        for said in await self._api.cugs():
            cug_id = CugId(said.cug_id)
            if said.member and (cug_id not in self._engines or self._engines[cug_id].memory.secret is None):
                await self._heed(Notice(NoticeKind.ADMITTED, cug_id))

    async def _finish_openings(self) -> None:
        """First groups that may not have reached the server: the same bytes again are harmless.

        Raises:
            ServerRefused: nothing is left of the one that may not begin.
        """
        for engine in list(self._engines.values()):
            pending = engine.memory.pending
            if pending is not None and pending.kind is PendingKind.START and engine.memory.row.head_n == 0:
                wanted = OpenCugIn(cug_id=engine.cug_id, client_ref=pending.client_ref, group_start=pending.body)
                try:
                    await self._api.open_cug(wanted)
                except ServerRefused as refused:
                    if refused.server_code not in _NOT_NOW:
                        self._forget(engine)
                    raise

    def _forget(self, engine: CugEngine) -> None:
        """A CUG that the server did not let begin."""
        engine.stop()
        del self._engines[engine.cug_id], self._cugs[engine.cug_id]
        with self._profile.transaction() as tx:
            tx.delete(model.CUGS, engine.cug_id)
            for table in (model.pending, model.outbox, model.alarms):
                tx.clear(table(engine.cug_id))

    def _notice(self, notice: Notice) -> None:
        self._later(self._heed(notice))

    async def _heed(self, notice: Notice) -> None:
        if notice.kind is NoticeKind.ADMITTED and notice.cug_id is not None:
            engine = self._engine(CugId(notice.cug_id))
            await fetch_welcome(engine, self._api, self._profile)
            if self.is_connected:
                for frame in engine.resume():
                    self.send(frame)
        elif notice.kind is NoticeKind.KEY_PACKAGES_LOW:
            await refill_key_packages(self._api, self._profile, self.device, self._clock)
        elif notice.kind is NoticeKind.REVOCATIONS:
            await fetch_revocations(self._api, self._profile, self._clock)
            for cug in self._cugs.values():
                self._later(cug.apply_revocations())

    def _save_soon(self) -> None:
        if not self._vault_waiting:
            self._vault_waiting = True
            self._later(self._save_to_vault(after_seconds=_VAULT_DELAY_SECONDS))

    async def _save_to_vault(self, *, after_seconds: float = 0.0) -> None:
        await asyncio.sleep(after_seconds)
        self._vault_waiting = False
        async with self._vault_lock:
            await push_vault(self._api, self._profile, self._engines)

    async def _look(self) -> None:
        if not self.is_connected:
            return
        await self._discover()
        self._looks += 1
        if self._looks % _LOOKS_BETWEEN_REFILLS == 0:
            await refresh_revocations(self._api, self._profile, self._clock)
            await refill_key_packages(self._api, self._profile, self.device, self._clock)

    async def _keep_up(self, engine: CugEngine) -> None:
        await self._cugs[engine.cug_id].keep_up()

    def _later(self, work: Coroutine[Any, Any, object]) -> None:
        """Run `work` beside everything else; its refusals are logged, for nobody waits for them."""
        task = asyncio.create_task(self._logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _logged(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except (ServerUnreachable, ServerRefused) as error:
            log.info("client.later_failed", reason=str(error))
        except DomainError as error:
            log.warning("client.later_failed", reason=str(error))
