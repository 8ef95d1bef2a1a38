"""A real server with people on the Python client, led by the browser client's tests over standard input and output.

One JSON object a line: {"do": name, ...}; each is answered by {"ok": value} or {"refused": code}. The first line
written is {"ok": server_url}. Ends with standard input.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cencomm.client import account
from cencomm.client.api import Client
from cencomm.client.clock import local_ms
from cencomm.client.cug import Cug
from cencomm.client.device_codes import device_code
from cencomm.client.engine import sending
from cencomm.client.engine.device import trust_of
from cencomm.client.errors import SendRefused
from cencomm.client.model import Item, ItemKind
from cencomm.client.vault_sync import read_account
from cencomm.crypto.certificates import Certificate
from cencomm.crypto.device_code import parse_device_code
from cencomm.crypto.enrolment import parse_sheet
from cencomm.crypto.group_context import History, Role
from cencomm.crypto.primitives import Secret, new_signature_key
from cencomm.crypto.records import seal_record
from cencomm.errors import DomainError
from cencomm.ids import CugId, OfficerId
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.samples import sample_records
from cencomm.wire.content import Chat, Form, encode_content
from cencomm.wire.content import Profile as ProfileContent
from cencomm.wire.content import Template as TemplateContent
from tests.e2e import test_operation_races as races
from tests.e2e.forgery import forged_device, ghost_device, identity_seed_of, key_package_answer
from tests.e2e.test_operation import until
from tests.e2e.world import COST, PASSWORD, World
from tests.servers import RunningServer

PATIENCE_SECONDS = 40
TEMPLATE = "simplified_seizure"
_FORM = Form(bytes(32), "a", "1", bytes(16), {})
_HOSTILE_PARTS = {
    "two_templates": (encode_content(_FORM), encode_content(Form(bytes([1]) * 32, "a", "1", bytes(16), {}))),
    "two_kinds": (encode_content(_FORM), encode_content(Chat("hello"))),
    "beyond_role": (b"", encode_content(ProfileContent("Taken over"))),
    "no_content": (b"", b"\xc1 is no MessagePack"),
    "too_deep": (b"", b"\x91" * 100_000 + b"\xc0"),
    "deep_template": (b"", encode_content(TemplateContent(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"))),
}


class Peer:
    """Carries out what the test asks for."""

    def __init__(self, world: World, server: RunningServer, exits: contextlib.AsyncExitStack) -> None:
        self._world = world
        self._server = server
        self._exits = exits
        self._officers: dict[str, Client] = {}

    async def invite(self, account_name: str) -> str:
        """The sheet of an officer who will enrol in the browser."""
        administration = account_name.partition("/")[0]
        await self._world.contact_point(administration)
        async with self._world.signed_in(administration) as ncp:
            sheet = await account.invite(ncp, account_name, account_name.partition("/")[2].title())
        return sheet.text()

    async def enrol(self, account_name: str) -> str:
        """An officer who enrols on the Python client and does no more there; gives his sheet."""
        text = await self.invite(account_name)
        sheet = parse_sheet(text)
        await account.enrol(self._world.profile(account_name, "laptop"), sheet, PASSWORD, device="laptop", cost=COST)
        return text

    async def certify(self, administration: str) -> int:
        async with self._world.signed_in(administration) as ncp:
            requests = await account.pending_requests(ncp)
            for request in requests:
                await account.certify(ncp, request, PASSWORD)
        return len(requests)

    async def revoke(self, administration: str, subject: str) -> None:
        async with self._world.signed_in(administration) as ncp:
            await account.revoke(ncp, subject, PASSWORD)

    async def device_code(self, name: str) -> str:
        """What the officer's device shows to a new one, after the password was typed."""
        return (await device_code(self._officers[name], PASSWORD)).text()

    async def contact_point_code(self, administration: str) -> str:
        """As `device_code`, of a contact point."""
        async with self._world.signed_in(administration) as ncp:
            return (await device_code(ncp, PASSWORD)).text()

    async def take_device_code(self, name: str, text: str, device: str, password: str) -> str:
        """Become a further device by the code that a browser shows, and connect; gives the device's id."""
        folder = self._world.profile(name, device)
        await account.sign_in_new_device(folder, parse_device_code(text), password, device=device, cost=COST)
        async with Client.open(folder, password) as client:
            await client.connect()
            return client.account.device_id

    async def sign_in_new_device(self, sheet: str, device: str, password: str) -> str:
        """Become a further device by the sheet, and connect; gives the device's id."""
        proof = parse_sheet(sheet)
        folder = self._world.profile(proof.account, device)
        await account.sign_in_new_device(folder, proof, password, device=device, cost=COST)
        async with Client.open(folder, password) as client:
            await client.connect()
            return client.account.device_id

    async def change_password(self, account_name: str, device: str, old: str, new: str) -> None:
        """On the Python client of that device."""
        async with Client.open(self._world.profile(account_name, device), old) as client:
            await client.sign_in()
            await account.change_password(client, old, new)

    async def officer(self, name: str) -> None:
        self._officers[name] = await self._exits.enter_async_context(self._world.officer(name))

    async def open_cug(self, name: str, title: str, history: str = "full") -> str:
        cug = await self._officers[name].open_cug(
            title, operation_code="OT26", history=History(history), templates=[standard(TEMPLATE)]
        )
        return cug.id.hex()

    async def wait_for_cug(self, name: str, cug: str) -> None:
        await self._officers[name].wait_for_cug(CugId(bytes.fromhex(cug)), PATIENCE_SECONDS)

    async def admit(self, name: str, cug: str, officer: str, role: str = "officer") -> None:
        await self._cug(name, cug).admit(OfficerId(officer), Role(role))

    async def remove(self, name: str, cug: str, officer: str) -> None:
        await self._cug(name, cug).remove(OfficerId(officer))

    async def renew(self, name: str, cug: str) -> None:
        await self._cug(name, cug).renew()

    async def close_cug(self, name: str, cug: str) -> None:
        await self._cug(name, cug).close()

    async def send_text(self, name: str, cug: str, texts: list[str]) -> None:
        for text in texts:
            await self._cug(name, cug).send_text(text)
        await self._cug(name, cug).flush(PATIENCE_SECONDS)

    async def send_file(self, name: str, cug: str, content: str, file_name: str) -> None:
        """`content` as base64."""
        with tempfile.TemporaryDirectory(prefix="cencomm-file-") as folder:
            path = Path(folder) / file_name
            path.write_bytes(base64.b64decode(content))
            await self._cug(name, cug).send_files([path])
        await self._cug(name, cug).flush(PATIENCE_SECONDS)

    async def save_file(self, name: str, cug: str, seq: int) -> Any:
        """The first file of that entry: its name, and its content as base64."""
        group = self._cug(name, cug)
        await group.wait_seq(seq, PATIENCE_SECONDS)
        item = group.item(seq)
        assert item is not None
        with tempfile.TemporaryDirectory(prefix="cencomm-file-") as folder:
            path = await group.save_file(item.files[0], Path(folder))
            return [path.name, base64.b64encode(path.read_bytes()).decode()]

    async def submit(self, name: str, cug: str) -> Any:
        """Send a sample form; gives its answers."""
        group = self._cug(name, cug)
        answers = sample_records(1)[0].answers
        await group.submit(group.templates()[0].hash, answers)
        await group.flush(PATIENCE_SECONDS)
        return answers

    async def state(self, name: str, cug: str, seq: int = 0) -> Any:
        """What this officer's client knows once event `seq` is applied."""
        group = self._cug(name, cug)
        await group.wait_seq(seq, PATIENCE_SECONDS)
        authenticator = group.epoch_authenticator
        return {
            "state": group.state.value,
            "epoch": group.epoch,
            "authenticator": "" if authenticator is None else authenticator.hex(),
            "last_seq": group.last_seq,
            "head_hash": group.head_hash.hex(),
            "members": [[member.officer_id, str(member.role), list(member.devices)] for member in group.members()],
            "alarms": [alarm.code for alarm in group.alarms()],
            "items": [_shown(item) for item in group.items()],
        }

    async def template(self) -> str:
        """A template's document, as the browser publishes it."""
        return standard(TEMPLATE).encode().decode()

    async def sample(self) -> Any:
        return sample_records(2)[1].answers

    # ------------------------------------------------------------ what nobody honest does

    async def hostile_record(self, name: str, cug: str, how: str) -> None:
        """A record that the server cannot see through; its own client does not look at it before it sends."""
        group = self._cug(name, cug)
        public, personal = _HOSTILE_PARTS.get(how, (b"", encode_content(Chat("not mine"))))
        seed = Secret(new_signature_key()[0]) if how == "signature" else None

        def sealed(**given: object) -> bytes:
            return seal_record(**{**given, **({"signature_seed": seed} if seed else {})})  # type: ignore[arg-type]

        with patch.object(sending, "seal_record", sealed):
            group._engine.queue(public=public, personal=personal)
        with contextlib.suppress(SendRefused):  # its own client sees it, too, once it has come back
            await group.flush(PATIENCE_SECONDS)

    async def broken_commit(self, name: str, cug: str) -> None:
        await races.broken_commit(self._cug(name, cug))

    async def garbage_seals(self, name: str, cug: str) -> None:
        await races.garbage_seals(self._cug(name, cug))

    async def wait_joined(self, name: str, cug: str) -> None:
        await until(lambda: self._cug(name, cug).joined)

    async def forged_key_package(self, name: str, device: str, how: str) -> Any:
        """As the directory hands it out: of a made-up root (`ghost`), or of the contact point itself (`reissued`)."""
        now_ms = local_ms()
        async with self._world.signed_in(name.partition("/")[0]) as ncp:
            trust = trust_of(read_account(ncp.profile))
            if how == "ghost":
                return key_package_answer(ghost_device(trust, f"{name}/{device}", now_ms), now_ms)
            said = await ncp.api.certificates(name)
            assert said.ncp_certificate is not None
            certificate, seed = Certificate.decode(said.ncp_certificate), await identity_seed_of(ncp)
        return key_package_answer(forged_device(trust, f"{name}/{device}", certificate, seed, now_ms), now_ms)

    async def present(self, name: str) -> None:
        """Enrolled and connected once, so that he can be admitted."""
        await self._world.present(name)

    async def start_successor(self, name: str, cug: str) -> None:
        await self._cug(name, cug).start_successor()

    async def stop_server(self) -> None:
        await asyncio.to_thread(self._server.stop)

    async def start_server(self) -> None:
        await self._server.start_async()

    def _cug(self, name: str, cug: str) -> Cug:
        return self._officers[name].cug(CugId(bytes.fromhex(cug)))


def _shown(item: Item) -> dict[str, Any]:
    content = item.content if item.kind in (ItemKind.CHAT, ItemKind.FORM) else None
    return {
        "seq": item.seq,
        "kind": item.kind.value,
        "standing": item.standing.value,
        "sender": item.sender,
        "reason": item.reason,
        "text": content.text if isinstance(content, Chat) else "",
        "answers": content.answers if isinstance(content, Form) else {},
        "errors": [finding.rule for finding in item.findings if finding.level == "error"],
    }


async def _answer(peer: Peer, asked: dict[str, Any]) -> dict[str, Any]:
    wanted: Callable[..., Awaitable[Any]] = getattr(peer, asked.pop("do"))
    try:
        return {"ok": await wanted(**asked)}
    except DomainError as error:
        return {"refused": str(error)}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def main(kind: type[Peer] = Peer) -> None:
    with tempfile.TemporaryDirectory(prefix="cencomm-browser-") as folder:
        server = RunningServer(Path(folder) / "server", f"sqlite:///{folder}/cencomm.sqlite3")
        try:
            world = await World.found(Path(folder), server)
            async with contextlib.AsyncExitStack() as exits:
                peer = kind(world, server, exits)
                _say({"ok": server.url})
                while line := await asyncio.to_thread(sys.stdin.readline):
                    _say(await _answer(peer, json.loads(line)))
        finally:
            if server.is_running:
                server.kill()


if __name__ == "__main__":
    asyncio.run(main())
