"""A CUG without a network: real certificates, profiles and engines, and a log kept in a list.

    stand = Stand(tmp_path)
    here, there = stand.operation("KE/otieno", "FR/dupont")     # engines, both in the group
    here.queue(personal=...); stand.run()                       # until nothing moves

The server's part is played by `Stand.run` (order, one commit per epoch, closed epochs) and by `FakeApi`. Tests play the
hostile server by altering `stand.log` or by handing events to `show`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import msgspec

from cencomm.client import model
from cencomm.client.admit import Guest, GuestDevice, admission, removal
from cencomm.client.clock import ServerClock
from cencomm.client.committer import Intent
from cencomm.client.engine.committing import make_commit
from cencomm.client.engine.device import Device
from cencomm.client.engine.effects import Effect
from cencomm.client.engine.engine import CugEngine
from cencomm.client.errors import ServerRefused
from cencomm.client.http import Api
from cencomm.client.model import ACCOUNT, SELF, AccountRow, Alarm, Item, pack, unpack
from cencomm.client.profile import PasswordCost, Profile
from cencomm.crypto.archive import ArchivePrivate, new_archive_key
from cencomm.crypto.certificates import Certificate, Chain, Kind, Trust, issue
from cencomm.crypto.events import CommitBody, GroupStart
from cencomm.crypto.group_context import CencommGroup, History, Role, RosterEntry, sign_archive_key
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle, new_key_package
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.primitives import Secret, new_signature_key
from cencomm.crypto.records import read_header
from cencomm.ids import CugId, DeviceId, OfficerId, new_group_id
from cencomm.wire.content import Chat, encode_content
from cencomm.wire.frames import (
    CaughtUp,
    ClientFrame,
    Commit,
    Event,
    EventKind,
    Events,
    Refused,
    Send,
    StartGroup,
    Stored,
    Subscribe,
    WelcomeFor,
)
from cencomm.wire.http import (
    AccountKeyPackages,
    CertificatesOut,
    DeviceKeyPackage,
    GroupInfoOut,
    KeyPackageCountOut,
    RevocationListOut,
    StoredVaultItem,
    UploadKeyPackagesIn,
    VaultItem,
    WelcomeOut,
)

CHEAP = PasswordCost(ops_limit=1, memory_bytes=8 * 1024)
PASSWORD = "correct horse battery"
NOW_MS = 1_800_000_000_000
_YEAR_SECONDS = 365 * 24 * 3600


class FakeClock(ServerClock):
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.at_ms = NOW_MS

    def now_ms(self) -> int:
        return self.at_ms


class FakeLink:
    """Keeps what an engine sends until the stand runs."""

    def __init__(self) -> None:
        self.sent: deque[ClientFrame] = deque()
        self.connected = True

    def send(self, frame: ClientFrame) -> None:
        if self.connected:
            self.sent.append(frame)


class Person:
    """An officer's identity: what an enrolment makes and only a fresh password opens."""

    def __init__(self, stand: Stand, name: str) -> None:
        self.name = OfficerId(name)
        self.seed, public = new_signature_key()
        self.archive: ArchivePrivate = new_archive_key()
        self.ncp_seed, self.ncp = stand.ncp(name.partition("/")[0])
        self.certificate = stand.issue(self.ncp_seed, Kind.OFFICER, name, public)


class Stand:
    """Everything around the engines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.root_seed, root_public = new_signature_key()
        self.trust = Trust(bytes(range(16)), root_public)
        self.cug_id = CugId(b"C" * 16)
        self.log: list[Event] = []
        self.people: dict[str, Person] = {}
        self.engines: dict[DeviceId, CugEngine] = {}
        self.links: dict[DeviceId, FakeLink] = {}
        self.profiles: dict[DeviceId, Profile] = {}
        self.bundles: dict[DeviceId, KeyPackageBundle] = {}
        self.welcomes: dict[str, tuple[WelcomeFor, int, int, bytes]] = {}
        self.group_info = (b"", 0)
        self.current: tuple[bytes, int] = (b"", 0)
        self.effects: list[Effect] = []
        self._ncps: dict[str, tuple[Secret, Certificate]] = {}

    # ------------------------------------------------------------ people and devices

    def issue(self, seed: bytes, kind: Kind, subject: str, public_key: bytes) -> Certificate:
        now = NOW_MS // 1000
        return issue(
            seed,
            deployment_id=self.trust.deployment_id,
            kind=kind,
            subject=subject,
            display_name=f"Name of {subject}",
            public_key=public_key,
            not_before_s=now - 3600,
            not_after_s=now + _YEAR_SECONDS,
        )

    def ncp(self, administration: str) -> tuple[Secret, Certificate]:
        if administration not in self._ncps:
            seed, public = new_signature_key()
            self._ncps[administration] = seed, self.issue(self.root_seed, Kind.NCP, administration, public)
        return self._ncps[administration]

    def person(self, name: str) -> Person:
        if name not in self.people:
            self.people[name] = Person(self, name)
        return self.people[name]

    def device(self, name: str, device: str = "laptop", *, person: Person | None = None) -> Device:
        who = person or self.person(name)
        seed, public = new_signature_key()
        certificate = self.issue(who.seed, Kind.DEVICE, f"{name}/{device}", public)
        return Device(
            device_id=DeviceId(f"{name}/{device}"),
            trust=self.trust,
            chain=Chain(who.ncp, who.certificate, certificate),
            signature_seed=seed,
            archive_key=sign_archive_key(who.seed, who.name, who.archive.public_key),
        )

    def profile(self, device: Device) -> Profile:
        known = self.profiles.get(device.device_id)
        if known is None:
            folder = self.folder / device.device_id.replace("/", "-")
            known = self.profiles[device.device_id] = Profile.create(folder, PASSWORD, cost=CHEAP)
            with known.transaction() as tx:
                tx.put(ACCOUNT, SELF, pack(self.account(device)))
        return known

    def account(self, device: Device) -> AccountRow:
        return AccountRow(
            deployment_id=self.trust.deployment_id,
            root_public_key=self.trust.root_public_key,
            server_url="http://server.test",
            account=device.officer_id,
            kind="officer",
            display_name=device.chain.officer.display_name,
            account_key=bytes(32),
            vault_key=bytes(range(32)),
            device_id=device.device_id,
            device_seed=bytes(device.signature_seed),
            device_certificate=device.chain.device.encode(),
            identity_public_key=device.chain.identity_key,
            archive_key=device.archive_key.encode() if device.archive_key else b"",
            chain=device.chain.encode(),
            revocations_at_ms=NOW_MS,
        )

    def engine(self, device: Device, profile: Profile | None = None) -> CugEngine:
        link = FakeLink()
        engine = CugEngine(self.cug_id, device, profile or self.profile(device), link, self.clock)
        engine.on_effects = lambda _, effects: self.effects.extend(effects)
        engine.reading()
        self.links[device.device_id] = link
        self.engines[device.device_id] = engine
        return engine

    # ------------------------------------------------------------ whole scenes

    def operation(self, organiser: str, *others: str, history: History = History.FULL) -> tuple[CugEngine, ...]:
        """A CUG with everybody in it."""
        here = self.open(organiser, history=history)
        return (here, *self.admit(here, *others)) if others else (here,)

    def open(self, organiser: str, *, history: History = History.FULL) -> CugEngine:
        device = self.device(organiser)
        engine = self.engine(device)
        entry = RosterEntry(device.officer_id, device.chain.identity_key, Role.ORGANISER, device.archive_key)
        group = CencommGroup(0, self.cug_id, NOW_MS, (entry,), history)
        row, _ = engine.prepare_start(new_group_id(), group)
        self.store(device.device_id, row.client_ref, EventKind.GROUP, row.body)
        self.run()
        assert engine.memory.secret is not None
        return engine

    def admit(self, by: CugEngine, *names: str, role: Role = Role.OFFICER) -> tuple[CugEngine, ...]:
        """Admit officers with a laptop each; gives their engines, joined."""
        devices = [self.device(name) for name in names]
        guests = {device.officer_id: self.guest(device) for device in devices}
        assert by.memory.group is not None
        intent = admission(by.memory.group, dict.fromkeys(guests, role), guests)
        assert intent is not None
        self.commit(by, intent)
        engines = [self.engine(device) for device in devices]
        for engine in engines:
            self.take_welcome(engine)
            self.catch_up(engine)
            assert engine.memory.secret is not None
        self.run()
        return tuple(engines)

    def guest(self, device: Device) -> Guest:
        bundle = new_key_package(device.suite, device.leaf_identity(), lifetime=device.lifetime(self.clock.now_ms()))
        self.bundles[device.device_id] = bundle
        found = GuestDevice(device.chain, bundle.key_package, device.archive_key)
        return Guest(device.chain.identity_key, device.archive_key, (found,))

    def remove(self, by: CugEngine, *names: str) -> None:
        assert by.memory.group is not None
        intent = removal(by.memory.group, frozenset(OfficerId(name) for name in names))
        assert intent is not None
        self.commit(by, intent)

    def commit(self, by: CugEngine, intent: Intent) -> None:
        """Commit and deliver to everybody."""
        self.begin_commit(by, intent)
        self.run()

    def begin_commit(self, by: CugEngine, intent: Intent = Intent(())) -> None:  # noqa: B008 - immutable
        """A commit on its way to the server."""
        with by.changing() as tx:
            frame = make_commit(by.memory, tx, intent.proposals, intent.invited, self.clock.now_ms())
        self.links[by.memory.device.device_id].send(frame)

    def take_welcome(self, engine: CugEngine) -> None:
        device_id = engine.memory.device.device_id
        found, _, _, _ = self.welcomes[device_id]
        with engine.changing():
            engine.memory.set_welcome(join_by_welcome(found.welcome, self.bundles[device_id]))

    # ------------------------------------------------------------ the server's part

    def run(self) -> None:
        """Take what was sent and show the log to everybody, until nothing moves."""
        moved = True
        while moved:
            moved = False
            for device_id, link in list(self.links.items()):
                while link.sent:
                    moved = True
                    self.take(device_id, link.sent.popleft())
            for engine in list(self.engines.values()):
                moved |= self.catch_up(engine)

    def catch_up(self, engine: CugEngine) -> bool:
        fresh = self.log[engine.memory.row.head_n :]
        if fresh and self.links[engine.memory.device.device_id].connected:
            self.show(engine, *fresh)
            return True
        return False

    def show(self, engine: CugEngine, *events: Event) -> None:
        engine.receive([Events(self.cug_id, events), CaughtUp(self.cug_id, len(self.log))])

    def take(self, device_id: DeviceId, frame: ClientFrame) -> None:
        engine = self.engines[device_id]
        if isinstance(frame, Subscribe):
            self.catch_up(engine)
            engine.receive([CaughtUp(self.cug_id, len(self.log))])
            return
        assert isinstance(frame, Send | Commit | StartGroup)
        kind = EventKind.COMMIT if isinstance(frame, Commit) else EventKind.GROUP
        kind = frame.kind if isinstance(frame, Send) else kind
        refusal = self.refusal(frame)
        if refusal:
            engine.receive([Refused(self.cug_id, frame.client_ref, refusal)])
            return
        stored = self.store(device_id, frame.client_ref, kind, frame.body)
        if isinstance(frame, Commit):
            self._keep_handshake(frame, stored.seq)
        engine.receive([stored])

    def refusal(self, frame: Send | Commit | StartGroup) -> str:
        if isinstance(frame, Commit):
            body = CommitBody.decode(frame.body)
            return "" if (body.group_id, body.epoch) == self.current else "groups.epoch_taken"
        if isinstance(frame, Send) and frame.kind is EventKind.RECORD:
            header = read_header(frame.body)
            return "" if (header.group_id, header.epoch) == self.current else "groups.stale_epoch"
        return ""

    def store(self, sender: str, client_ref: bytes, kind: EventKind, body: bytes) -> Stored:
        known = next((e for e in self.log if (e.sender, e.client_ref) == (sender, client_ref)), None)
        if known is None:
            seq = len(self.log) + 1
            known = Event(seq, self.clock.now_ms() + seq, kind, sender, client_ref, body)
            self.log.append(known)
            if kind is EventKind.COMMIT:
                commit = CommitBody.decode(body)
                self.current = (commit.group_id, commit.epoch + 1)
            elif kind is EventKind.GROUP:
                start = GroupStart.decode(body)
                self.current, self.group_info = (start.group_id, 0), (start.group_info, seq)
        return Stored(self.cug_id, client_ref, known.seq, known.server_time)

    def _keep_handshake(self, frame: Commit, seq: int) -> None:
        group_id, epoch = self.current
        self.group_info = (frame.group_info, seq)
        for welcome in frame.welcomes:
            self.welcomes[welcome.device_id] = (welcome, seq, epoch, group_id)


class FakeApi:
    """The HTTP routes that an engine's owner calls, over the stand; pass it with `api_of`."""

    def __init__(self, stand: Stand, device: Device) -> None:
        self.stand = stand
        self.device = device
        self.items: list[StoredVaultItem] = []
        self.lists: list[RevocationListOut] = []
        self.key_packages: dict[str, list[tuple[str, bytes]]] = {}
        self.uploaded: list[bytes] = []
        self.last_resort: bytes | None = None
        self.token = "token"

    async def group_info(self, cug_id: CugId) -> GroupInfoOut:
        group_id, epoch = self.stand.current
        data, seq = self.stand.group_info
        return GroupInfoOut(group_id=group_id, epoch=epoch, seq=seq, server_time_ms=NOW_MS, group_info=data)

    async def welcome(self, cug_id: CugId) -> WelcomeOut:
        known = self.stand.welcomes.get(self.device.device_id)
        if known is None:
            raise ServerRefused("groups.no_welcome")
        found, seq, epoch, group_id = known
        return WelcomeOut(
            group_id=group_id, epoch=epoch, seq=seq, key_package_ref=found.key_package_ref, welcome=found.welcome
        )

    async def take_key_packages(self, cug_id: CugId, accounts: Sequence[str]) -> tuple[AccountKeyPackages, ...]:
        return tuple(
            [
                AccountKeyPackages(
                    account=name,
                    key_packages=tuple(
                        DeviceKeyPackage(device_id=device_id, key_package=data, last_resort=False)
                        for device_id, data in self.key_packages.get(name, [])
                    ),
                    without=(),
                )
                for name in accounts
            ]
        )

    async def certificates(self, account: str) -> CertificatesOut:
        person = self.stand.people.get(account)
        administration = account.partition("/")[0]
        ncp = self.stand.ncp(administration)[1].encode()
        return CertificatesOut(
            account=account,
            kind="officer" if "/" in account else "ncp",
            display_name=account,
            ncp_certificate=ncp,
            officer_certificate=person.certificate.encode() if person else None,
            devices=(),
        )

    async def revocations(self) -> tuple[RevocationListOut, ...]:
        return tuple(self.lists)

    async def count_key_packages(self) -> KeyPackageCountOut:
        return KeyPackageCountOut(count=len(self.uploaded), last_resort=self.last_resort is not None, low_water=3)

    async def upload_key_packages(self, request: UploadKeyPackagesIn) -> KeyPackageCountOut:
        self.uploaded += request.key_packages
        self.last_resort = request.last_resort or self.last_resort
        return await self.count_key_packages()

    async def append_vault_items(self, items: Sequence[VaultItem]) -> int:
        for item in items:
            position = len(self.items) + 1
            self.items.append(
                StoredVaultItem(item_id=item.item_id, version=item.version, data=item.data, position=position)
            )
        return len(self.items)

    async def vault_items(self, after: int = 0) -> AsyncIterator[StoredVaultItem]:
        for item in self.items[after:]:
            yield item


def api_of(stand: Stand, device: Device) -> tuple[Api, FakeApi]:
    """The same object twice: as the client sees it, and as the test does."""
    fake = FakeApi(stand, device)
    return cast(Api, fake), fake


def chat(text: str) -> bytes:
    return encode_content(Chat(text))


def alarms(engine: CugEngine) -> dict[str, Mapping[str, object]]:
    """The facts of each alarm by its code."""

    rows = engine.reading().rows(model.alarms(engine.cug_id))
    return {alarm.code: alarm.facts for alarm in (unpack(Alarm, row.value) for row in rows)}


def texts(engine: CugEngine) -> list[str]:
    """The messages that an engine has opened, in order."""

    found = [unpack(Item, row.value) for row in engine.reading().rows(model.items(engine.cug_id))]
    return [item.content.text for item in found if isinstance(item.content, Chat)]


def altered(event: Event, **fields: object) -> Event:
    return msgspec.structs.replace(event, **fields)
