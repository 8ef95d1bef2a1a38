"""One closed user group, as a program sees it: members, sending, reading, watching, alarms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from cencomm.client import model
from cencomm.client.admit import Membership
from cencomm.client.clock import ServerClock
from cencomm.client.committer import Committer, require_member
from cencomm.client.duties import Duties
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.forms import findings_of, judge
from cencomm.client.engine.sending import renewal_due
from cencomm.client.errors import (
    FormInvalid,
    GroupClosed,
    MayNotExtract,
    NotMember,
    SendRefused,
    TemplateUnknown,
    TemplateVersionTaken,
)
from cencomm.client.files import Files, Progress, quiet
from cencomm.client.http import Api
from cencomm.client.joining import start_successor
from cencomm.client.log import LogEntry, read_log
from cencomm.client.model import Alarm, FindingRow, Item, OfficerRow, Unsent, unpack
from cencomm.client.profile import Profile
from cencomm.crypto.events import Closing
from cencomm.crypto.group_context import CencommGroup, History, Role, may_extract
from cencomm.crypto.policy import device_of
from cencomm.crypto.primitives import random_bytes
from cencomm.ids import ClientRef, CugId, DeviceId, OfficerId, new_client_ref, officer_of
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.parts import split
from cencomm.wire.content import Answers, Attachment, Chat, Extraction, Form, Left, Released, encode_content
from cencomm.wire.content import Template as TemplateContent
from cencomm.wire.http import CloseCugIn

__all__ = ["Cug", "CugServices", "CugState", "LogEntry", "Member"]


class CugState(Enum):
    """How this device stands to the CUG."""

    JOINING = "joining"
    """Admitted; the replay of the past has not reached the own admission."""
    OPEN = "open"
    REMOVED = "removed"
    """This device is no longer a member: what it has can be read, nothing new."""
    CLOSED = "closed"
    BROKEN = "broken"
    """A commit could not be applied here; a resync or a successor group is under way."""


@dataclass(frozen=True, slots=True)
class Member:
    """An officer in the roster and his devices with a leaf in the current epoch."""

    officer_id: OfficerId
    display_name: str
    role: Role
    devices: tuple[DeviceId, ...]

    @property
    def administration(self) -> str:
        return self.officer_id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class CugServices:
    """What the client lends to its CUGs."""

    api: Api
    profile: Profile
    clock: ServerClock
    later: Callable[[Coroutine[Any, Any, object]], None]
    save_soon: Callable[[], None]


class Cug:
    """Made by `Client`. Every sending raises NotMember, GroupClosed or NotYetJoined where the state says so, and
    RecordTooLarge where no server would take it; nothing is queued then."""

    def __init__(self, engine: CugEngine, services: CugServices) -> None:
        self._engine = engine
        self._services = services
        self._committer = Committer(engine)
        self._membership = Membership(engine, self._committer, services.api, services.profile)
        self._duties = Duties(engine, self._committer, self._membership, services.api, services.profile)
        self._files = Files(engine, services.api, services.profile)
        self._renewing = False
        engine.on_effects = lambda _, effects: self._duties.take_up(effects, services.later, services.save_soon)

    # ------------------------------------------------------------ what it is

    @property
    def id(self) -> CugId:
        return self._engine.cug_id

    @property
    def title(self) -> str:
        return self._engine.memory.row.title

    @property
    def operation_code(self) -> str:
        return self._engine.memory.row.operation_code

    @property
    def about(self) -> str:
        return self._engine.memory.row.about

    @property
    def opened_ms(self) -> int:
        """The server's time of event 1; 0 before it has come."""
        return self._engine.memory.row.opened_ms

    @property
    def state(self) -> CugState:
        row, secret = self._engine.memory.row, self._engine.memory.secret
        if row.closed_seq:
            return CugState.CLOSED
        if row.removed_seq:
            return CugState.REMOVED
        if secret is not None:
            return CugState.OPEN
        return CugState.BROKEN if row.broken else CugState.JOINING

    @property
    def joined(self) -> bool:
        """Whether this device has a leaf that it can use."""
        return self.state is CugState.OPEN

    @property
    def epoch(self) -> int:
        return self._engine.memory.row.epoch

    @property
    def group_id(self) -> bytes:
        return self._engine.memory.row.group_id

    @property
    def epoch_authenticator(self) -> bytes | None:
        """Equal for all members of an epoch and for nobody else (RFC 9420 §8.7); None while outside."""
        secret = self._engine.memory.secret
        return None if secret is None else bytes(secret.epoch_authenticator)

    @property
    def history(self) -> History:
        group = self._group()
        return History.FULL if group is None else group.history

    @property
    def role(self) -> Role | None:
        """The own role; None when not (yet, or any more) in the roster."""
        group = self._group()
        entry = None if group is None else group.entry(self._engine.memory.device.officer_id)
        return None if entry is None else entry.role

    @property
    def may_extract(self) -> bool:
        return self.role is not None and may_extract(self.role)

    @property
    def last_seq(self) -> int:
        """The newest event that this client has applied (n of its head)."""
        return self._engine.memory.row.head_n

    @property
    def head_hash(self) -> bytes:
        """H_n of that event (PROTOCOL §3.4)."""
        return self._engine.memory.row.head_hash

    @property
    def confirmed(self) -> bool:
        """False after a join by external commit until another officer's record verifies (PROTOCOL §2.5)."""
        return self._engine.memory.row.confirmed

    def members(self) -> tuple[Member, ...]:
        """The roster, by officer id."""
        group, public = self._group(), self._engine.memory.group
        if group is None or public is None:
            return ()
        devices: dict[OfficerId, list[DeviceId]] = {}
        for _, leaf in public.tree.leaves():
            devices.setdefault(officer_of(device_of(leaf)), []).append(device_of(leaf))
        return tuple(
            [
                Member(
                    entry.officer_id, self._name(entry.officer_id), entry.role, tuple(devices.get(entry.officer_id, ()))
                )
                for entry in group.roster
            ]
        )

    def _group(self) -> CencommGroup | None:
        public = self._engine.memory.group
        return None if public is None else CencommGroup.of(public)

    def _name(self, officer_id: OfficerId) -> str:
        data = self._services.profile.read().get(model.OFFICERS, officer_id.encode())
        return officer_id if data is None else unpack(OfficerRow, data).display_name

    # ------------------------------------------------------------ who is in

    async def admit(
        self, officer_id: OfficerId, role: Role = Role.OFFICER, *, accept_new_identity: bool = False
    ) -> None:
        """Add an officer with all his devices, or give a member another role; returns when the commit is in the log.

        Raises:
            OfficerUnknown, KeyPackageForged, RevocationsStale, NothingToChange, CommitKeptLosing;
            IdentityChanged: he was known under another identity key (see `accept_new_identity`).
        """
        await self.admit_all({officer_id: role}, accept_new_identity=accept_new_identity)

    async def admit_all(self, officers: Mapping[OfficerId, Role], *, accept_new_identity: bool = False) -> None:
        """As `admit`, many in one commit. Newcomers get the keys of the past where the history policy says so."""
        require_member(self._engine)
        await self._membership.admit(officers, accept_new_identity=accept_new_identity)

    async def remove(self, officer_id: OfficerId) -> None:
        """Remove an officer with all his devices. Raises NothingToChange, CommitKeptLosing."""
        require_member(self._engine)
        await self._membership.remove([officer_id])

    async def renew(self) -> None:
        """An empty commit: a fresh epoch, and a fresh leaf of this device."""
        require_member(self._engine)
        await self._membership.renew()

    async def apply_revocations(self) -> None:
        """Remove the leaves that the known revocation lists name, unless another member does."""
        await self._duties.revoke()

    async def leave(self, reason: str = "") -> ClientRef:
        """Ask to be removed; an organiser's client removes."""
        return self._queue(personal=encode_content(Left(reason)))

    async def start_successor(self) -> None:
        """Start a new MLS group with the newest roster (an organiser; any member after two officers' rejections)."""
        await start_successor(self._engine, self._committer, by_intent=True)

    async def close(self) -> None:
        """Close the CUG for everybody, and destroy this device's keys of it when the event comes back.

        Raises:
            ServerRefused: not an organiser; ServerUnreachable.
        """
        require_member(self._engine)
        memory = self._engine.memory
        assert memory.secret is not None
        closing = Closing(self.id, self._services.clock.now_ms(), memory.head).signed(memory.secret.signature_seed)
        await self._services.api.close_cug(self.id, CloseCugIn(client_ref=new_client_ref(), body=closing.encode()))
        await self._engine.wait_for(lambda: bool(self._engine.memory.row.closed_seq), 30.0)

    # ------------------------------------------------------------ sending

    async def send_text(
        self,
        text: str,
        lang: str = "",
        reply_to: ClientRef | None = None,
        *,
        mentions: Sequence[OfficerId] = (),
    ) -> ClientRef:
        """Queue a message durably and send it; returns before the server has it (see `flush`)."""
        return self._queue(personal=encode_content(Chat(text, lang, reply_to, tuple(mentions))))

    async def send_files(
        self,
        paths: Sequence[Path],
        text: str = "",
        lang: str = "",
        reply_to: ClientRef | None = None,
        *,
        on_progress: Progress = quiet,
    ) -> ClientRef:
        """Seal files, upload them, and queue the message that names them; returns when they are at the server.

        After a long cut or a crash it goes on by itself, on the next connection.

        Raises:
            FileUnreadable, FileRefused, FileChanged, ServerRefused: nothing was kept.
            ServerUnreachable: for long; it is kept.
        """
        require_member(self._engine)
        return await self._files.attach(paths, Chat(text, lang, reply_to), on_progress)

    async def save_file(self, file: Attachment, target: Path, *, on_progress: Progress = quiet) -> Path:
        """Fetch a file that a record names (`Item.files`), check it and write it, whole or not at all.

        Raises:
            FileRefused: it is not that file; FileExists, FileUnreadable; ServerRefused, ServerUnreachable.
        """
        return await self._files.save(file, target, on_progress)

    async def publish_template(self, template: Template) -> ClientRef:
        """Publish a template to the CUG (organisers only; others' are refused by every reader).

        Raises:
            TemplateVersionTaken: another template of its name has this version or a later one.
        """
        others = [known for known in self.templates() if known.id == template.id and known.hash != template.hash]
        newest = max((known.version for known in others), default=0)
        if newest >= template.version:
            raise TemplateVersionTaken(template=template.id, version=newest)
        return self._queue(personal=encode_content(TemplateContent(template.encode())))

    def templates(self) -> tuple[Template, ...]:
        """Published templates, oldest first."""
        self._engine.reading()
        return tuple(self._engine.memory.templates.values())

    async def submit(
        self,
        template_hash: bytes,
        answers: Answers,
        *,
        replaces: ClientRef | None = None,
        record_id: bytes | None = None,
        client_ref: ClientRef | None = None,
    ) -> ClientRef:
        """Validate a form and queue it, what can lead to a person in the personal part.

        Args:
            record_id: that of the record which this one replaces; a new one by default.
            client_ref: what it is known by (see `has_sent`); what was sent under it before is not sent again.

        Raises:
            TemplateUnknown; FormInvalid with `.findings`: nothing was queued.
        """
        if client_ref is not None and self.has_sent(client_ref):
            return client_ref
        template = self._engine.memory.templates.get(template_hash)
        if template is None:
            raise TemplateUnknown(template=template_hash.hex())
        findings = findings_of(judge(template, answers, self._services.clock.now_ms()))
        wrong = tuple([finding for finding in findings if finding.level == "error"])
        if wrong:
            raise form_invalid(wrong)
        public, personal = split(template, answers)
        number = record_id or new_client_ref()
        parts = [
            encode_content(Form(template.hash, template.id, str(template.version), number, part, replaces))
            if part
            else b""
            for part in (public, personal)
        ]
        if not any(parts):
            parts[0] = encode_content(Form(template.hash, template.id, str(template.version), number, {}, replaces))
        return self._queue(public=parts[0], personal=parts[1], client_ref=client_ref)

    def has_sent(self, client_ref: ClientRef) -> bool:
        """Whether this device has sent, or is sending, a record under that client_ref."""
        tx = self._engine.reading()
        if client_ref in self._engine.memory.outbox:
            return True
        return tx.has(model.items(self.id), model.item_key(self._engine.memory.device.device_id, client_ref))

    def import_key(self, digest: bytes) -> bytes:
        """A random secret for one import into this CUG, the same whenever the import is taken up again."""
        with self._services.profile.transaction(durable=True) as tx:
            known = tx.get(model.imports(self.id), digest)
            if known is None:
                known = random_bytes(32)
                tx.put(model.imports(self.id), digest, known)
            return known

    async def send_receipt(self, receipt: Released, client_ref: ClientRef) -> ClientRef:
        """Queue the CEN core's receipt, once for each `client_ref`."""
        if self.has_sent(client_ref):
            return client_ref
        return self._queue(personal=encode_content(receipt), client_ref=client_ref)

    async def announce_extraction(
        self, manifest_hash: bytes, count: int, up_to_seq: int, scope: str = "all", *, seconds: float = 60.0
    ) -> int:
        """Tell the group about an extraction; returns the `seq` of the announcement once it came back.

        Raises:
            MayNotExtract, SendRefused, ServerUnreachable.
        """
        if not self.may_extract:
            raise MayNotExtract(role=str(self.role))
        client_ref = self._queue(personal=encode_content(Extraction(manifest_hash, count, up_to_seq, scope)))
        try:
            await self.flush(seconds)
        finally:
            self._take_back(client_ref)
        tx = self._engine.reading()
        data = tx.get(model.items(self.id), model.item_key(self._engine.memory.device.device_id, client_ref))
        assert data is not None, "what was flushed has come back"
        return unpack(Item, data).seq

    def _take_back(self, client_ref: ClientRef) -> None:
        """What has not reached the server is not announced later, when nobody has the extraction."""
        with self._engine.changing() as tx:
            row = self._engine.memory.outbox.row(client_ref)
            if row is not None and not row.stored_seq:
                self._engine.memory.outbox.came_back(tx, client_ref)

    def _queue(self, *, public: bytes = b"", personal: bytes = b"", client_ref: ClientRef | None = None) -> ClientRef:
        self._require_sender()
        client_ref = self._engine.queue(public=public, personal=personal, client_ref=client_ref)
        self._renew_if_due()
        return client_ref

    def _require_sender(self) -> None:
        """While joining or resyncing the outbox takes what is sent; a stranger's or a closed CUG's does not."""
        if self.state is CugState.CLOSED:
            raise GroupClosed(cug=self.title or self.id.hex())
        if self.state is CugState.REMOVED:
            raise NotMember(cug=self.title or self.id.hex())
        if self.state is CugState.JOINING:
            require_member(self._engine)

    def _renew_if_due(self) -> None:
        if not self._renewing and renewal_due(self._engine.memory, self._services.clock.now_ms()):
            self._renewing = True
            self._services.later(self._renew_first())

    async def _renew_first(self) -> None:
        try:
            await self._membership.renew(lambda: renewal_due(self._engine.memory, self._services.clock.now_ms()))
            self._engine.push()  # what waited for it, where another's commit has made it needless
        finally:
            self._renewing = False

    # ------------------------------------------------------------ reading

    def items(self, after_seq: int = 0, limit: int = 1000) -> list[Item]:
        """Items with `seq` > `after_seq`, by seq; one per event that shows something."""
        tx = self._engine.reading()
        return [unpack(Item, row.value) for row in tx.rows(model.items(self.id), after=after_seq, limit=limit)]

    def item(self, seq: int) -> Item | None:
        found = self.items(seq - 1, 1)
        return found[0] if found and found[0].seq == seq else None

    async def watch(self, after_seq: int | None = None) -> AsyncIterator[Item]:
        """Items as they come: from now on, or everything after `after_seq` first. Ends when the CUG is closed or left.

        A locked record that becomes readable later is not shown a second time; `items` has it.
        """
        position = self.last_seq if after_seq is None else after_seq
        changes = self._engine.memory.row.changes
        while True:
            row = self._engine.memory.row
            if row.changes != changes:  # the server shows another log than before: what it says now is told, too
                position, changes = min(position, row.changed_seq - 1), row.changes
            fresh = self.items(position)
            for item in fresh:
                position = item.seq
                yield item
            if fresh:
                continue
            if self._engine.stopped or self.state in (CugState.CLOSED, CugState.REMOVED):
                return
            await self._engine.next_change()

    def alarms(self) -> list[Alarm]:
        """Everything that did not fit so far, oldest first."""
        tx = self._engine.reading()
        return [unpack(Alarm, row.value) for row in tx.rows(model.alarms(self.id))]

    def waiting(self) -> int:
        """Sendings that have not come back yet."""
        return len(self._engine.memory.outbox)

    def unsent(self) -> tuple[Unsent, ...]:
        """What was refused for good, oldest first, until it is discarded: its text is not lost with the refusal."""
        self._engine.reading()
        return tuple([Unsent.of(row) for row in self._engine.memory.outbox.kept()])

    def discard(self, client_ref: bytes) -> bool:
        """Forget a sending that was refused for good; whether there was one."""
        outbox = self._engine.memory.outbox
        with self._engine.changing() as tx:
            row = outbox.row(client_ref)
            return row is not None and bool(row.failed) and outbox.came_back(tx, client_ref)

    async def caught_up(self, seconds: float = 60.0) -> int:
        """Wait until everything that the server has now is applied; returns the seq.

        Raises:
            ServerUnreachable: not within `seconds`.
        """
        await self._engine.catch_up(seconds)
        return self.last_seq

    async def wait_seq(self, seq: int, seconds: float = 60.0) -> None:
        """Wait until event `seq` is applied. Raises ServerUnreachable after `seconds`."""
        await self._engine.wait_for(lambda: self.last_seq >= seq or self._engine.stopped, seconds)

    async def flush(self, seconds: float = 60.0) -> None:
        """Wait until every sending is acknowledged and came back.

        Raises:
            SendRefused: one was refused for good; ServerUnreachable: not within `seconds`.
        """
        outbox = self._engine.memory.outbox
        await self._engine.wait_for(lambda: not len(outbox) or bool(outbox.failed), seconds)
        if outbox.failed:
            failed = dict(outbox.failed)
            outbox.failed.clear()
            raise SendRefused(reason=next(iter(failed.values())), count=len(failed))

    def log(self, *, up_to_seq: int | None = None) -> AsyncIterator[LogEntry]:
        """The whole log from the server again, event 1 first, each opened and checked against the own head.

        Raises:
            ServerMisbehaved: the log is not the one that was applied before; ServerUnreachable.
        """
        last = self.last_seq if up_to_seq is None else up_to_seq
        return read_log(self._engine, self._services.api, last)

    # ------------------------------------------------------------ duties

    async def keep_up(self) -> None:
        """What is done now and then while connected (see `Upkeep`)."""
        await self._duties.keep_up()
        if self.joined:
            self._services.later(self._files.take_up())


def form_invalid(findings: Sequence[FindingRow]) -> FormInvalid:
    """The refusal with its findings, and how many there are as a fact."""
    refused = FormInvalid(findings=len(findings), first=findings[0].rule, path=findings[0].path)
    refused.findings = tuple(findings)
    return refused
