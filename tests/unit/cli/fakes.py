"""A client that only notes what it is asked, so that commands are tested without keys, server or waiting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from cencomm.cli.main import app
from cencomm.client.api import Account
from cencomm.client.clock import ServerClock
from cencomm.client.cug import CugState, Member, form_invalid
from cencomm.client.errors import UnknownGroup
from cencomm.client.model import Alarm, FindingRow, Item, ItemKind, Standing, Unsent
from cencomm.client.presence import Presence
from cencomm.crypto.group_context import Role
from cencomm.ids import ClientRef, CugId, DeviceId, OfficerId
from cencomm.templates_forms.model import Template, standard
from cencomm.wire.content import Answers, Chat, Form, Released, encode_content
from cencomm.wire.frames import ClientFrame, Present, Watch

PASSWORD = "correct horse battery"
CUG_ID = CugId(bytes(range(16)))
REFERENCE = ClientRef(b"\x07" * 16)


def chat_item(seq: int, text: str, sender: str = "KE/otieno/laptop", standing: Standing = Standing.VERIFIED) -> Item:
    return Item(
        seq=seq,
        at_ms=1_790_000_000_000,
        kind=ItemKind.CHAT,
        standing=standing,
        sender=sender,
        client_ref=bytes([seq]) * 16,
        personal=encode_content(Chat(text)),
    )


def form_item(
    seq: int,
    answers: Mapping[str, object],
    findings: tuple[FindingRow, ...] = (),
    *,
    name: str = "simplified_seizure",
    sender: str = "KE/otieno/laptop",
    replaces: bytes | None = None,
) -> Item:
    template = standard(name)
    content = Form(template.hash, template.id, str(template.version), b"\x01" * 16, dict(answers), replaces)
    return Item(
        seq=seq,
        at_ms=1_790_000_000_000,
        kind=ItemKind.FORM,
        standing=Standing.VERIFIED,
        sender=sender,
        client_ref=bytes([seq]) * 16,
        public=encode_content(content),
        findings=findings,
    )


@dataclass
class FakeCug:
    calls: list[tuple[object, ...]]
    id: CugId = CUG_ID
    title: str = "Operation Tiger"
    operation_code: str = "OT26"
    state: CugState = CugState.OPEN
    role: Role | None = Role.ORGANISER
    epoch: int = 3
    last_seq: int = 9
    found: list[Item] = field(default_factory=list)
    raised: list[Alarm] = field(default_factory=list)
    invalid: bool = False
    kept: list[Unsent] = field(default_factory=list)
    forms: tuple[Template, ...] = (standard("simplified_seizure"),)
    record_ids: list[bytes | None] = field(default_factory=list)

    def unsent(self) -> tuple[Unsent, ...]:
        return tuple(self.kept)

    def discard(self, client_ref: bytes) -> bool:
        self.calls.append(("discard", client_ref))
        return True

    def members(self) -> tuple[Member, ...]:
        device = DeviceId("KE/otieno/laptop")
        return (Member(OfficerId("KE/otieno"), "A. Otieno", Role.ORGANISER, (device,)),)

    def templates(self) -> tuple[Template, ...]:
        return self.forms

    def alarms(self) -> list[Alarm]:
        return self.raised

    def items(self, after_seq: int = 0, limit: int = 1000) -> list[Item]:
        return [item for item in self.found if item.seq > after_seq][:limit]

    async def watch(self, after_seq: int | None = None) -> AsyncIterator[Item]:
        for item in self.found:
            yield item

    async def caught_up(self, timeout: float = 60.0) -> int:
        return self.last_seq

    async def wait_seq(self, seq: int, timeout: float = 60.0) -> None:
        self.calls.append(("wait_seq", seq))

    async def flush(self, timeout: float = 60.0) -> None:
        self.calls.append(("flush",))

    async def admit_all(self, officers: Mapping[OfficerId, Role]) -> None:
        self.calls.append(("admit", *officers.items()))

    async def remove(self, officer: OfficerId) -> None:
        self.calls.append(("remove", officer))

    async def leave(self, reason: str = "") -> ClientRef:
        self.calls.append(("leave", reason))
        return REFERENCE

    async def close(self) -> None:
        self.calls.append(("close",))

    async def send_text(self, text: str, lang: str = "", reply_to: ClientRef | None = None) -> ClientRef:
        self.calls.append(("send", text, lang))
        return REFERENCE

    async def publish_template(self, template: Template) -> ClientRef:
        self.calls.append(("publish", template.id))
        return REFERENCE

    async def send_receipt(self, receipt: Released, client_ref: ClientRef) -> ClientRef:
        self.calls.append(("receipt", receipt, client_ref))
        return client_ref

    def has_sent(self, client_ref: ClientRef) -> bool:
        return False

    def import_key(self, digest: bytes) -> bytes:
        return bytes(32)

    async def submit(
        self,
        template: bytes,
        answers: Answers,
        *,
        replaces: ClientRef | None = None,
        record_id: bytes | None = None,
        client_ref: ClientRef | None = None,
    ) -> ClientRef:
        if self.invalid:
            raise form_invalid((FindingRow("required", "error", "offence_at"),))
        self.record_ids.append(record_id)
        self.calls.append(("submit", template, answers, replaces))
        return REFERENCE


@dataclass
class FakeApi:
    shown: bool = True

    async def is_shown(self) -> bool:
        return self.shown

    async def set_shown(self, *, shown: bool) -> None:
        self.shown = shown


@dataclass
class FakeClient:
    """Stands for `Client` as a class and as an opened client."""

    on_line: tuple[str, ...] | None = ("KE/otieno",)
    """What the server says of who is on line; None: nothing."""
    api: FakeApi = field(default_factory=FakeApi)
    calls: list[tuple[object, ...]] = field(default_factory=list)
    account: Account = field(
        default_factory=lambda: Account(
            account="KE/otieno",
            kind="officer",
            display_name="A. Otieno",
            server_url="http://127.0.0.1:1",
            deployment_id=bytes(16),
            root_public_key=bytes(32),
            device_id="KE/otieno/laptop",
            certified=True,
        )
    )

    def __post_init__(self) -> None:
        self.group = FakeCug(self.calls)
        self.clock = ServerClock()
        self.presence = Presence(self._server_hears)

    def _server_hears(self, frame: ClientFrame) -> None:
        if isinstance(frame, Watch) and self.on_line is not None:
            self.presence.take(Present(frame.cug_id, self.on_line))

    @asynccontextmanager
    async def open(self, folder: Path, password: str) -> AsyncIterator[FakeClient]:
        self.calls.append(("open", folder, password))
        yield self

    async def connect(self, timeout: float = 30.0) -> None:
        self.calls.append(("connect",))

    async def sign_in(self) -> None:
        self.calls.append(("sign_in",))

    def cugs(self) -> tuple[FakeCug, ...]:
        return (self.group,)

    def cug(self, which: CugId | str) -> FakeCug:
        if which not in (self.group.title, self.group.id.hex()):
            raise UnknownGroup(which=str(which))
        return self.group

    async def wait_for_cug(self, cug_id: CugId | None = None, timeout: float = 60.0) -> FakeCug:
        self.group.state = CugState.OPEN
        return self.group

    async def open_cug(self, title: str, **rest: object) -> FakeCug:
        self.calls.append(("open_cug", title, rest))
        return self.group

    def officer_name(self, officer_id: OfficerId) -> str:
        return "A. Otieno"

    def done(self) -> list[tuple[object, ...]]:
        """What was asked, without opening, connecting and waiting."""
        return [call for call in self.calls if call[0] not in ("open", "connect", "sign_in", "flush")]


@dataclass
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Cli:
    """The command line on a profile of its own, with a client that only notes."""

    profile: Path
    client: FakeClient

    def __call__(self, *words: str, typed: str = "") -> Said:
        environment = {"CENCOMM_PASSWORD": PASSWORD, "COLUMNS": "80", "LANG": "C", "LC_ALL": "C"}
        command = ["--profile", str(self.profile), *words]
        result = CliRunner().invoke(app, command, input=typed, env=environment, catch_exceptions=False)
        return Said(result.exit_code, result.stdout, result.stderr)
