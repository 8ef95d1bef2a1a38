"""A hostile member: what it forges is refused, by the server where it can see it and by every client where it cannot,
nothing of it is stored or believed, and the group goes on.

A commit with broken hidden parts is in `test_operation_races`, a ciphertext for two keys in `unit/crypto/test_records`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from cencomm.client.cug import Cug
from cencomm.client.engine import sending
from cencomm.client.errors import SendRefused
from cencomm.client.model import Standing
from cencomm.client.session import socket_address
from cencomm.crypto.mls.public.proposals import Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.primitives import Secret, new_signature_key
from cencomm.crypto.records import seal_record
from cencomm.ids import OfficerId
from cencomm.wire.content import Chat, Form, encode_content
from cencomm.wire.frames import (
    MAX_FRAME_BYTES,
    SUBPROTOCOL,
    ClientFrame,
    Refused,
    Send,
    ServerFrame,
    decode_server_frame,
)
from tests.e2e.hostile_proxy import HostileProxy
from tests.e2e.world import World, operation, texts
from tests.postgres import one_of_the_databases as database_url  # noqa: F401  a fixture
from tests.servers import RunningServer

HOSTILE = "KE/otieno"
PATIENCE_SECONDS = 30
EPOCH_AT = 2 + 16 + 16
LEAF_AT = EPOCH_AT + 8
"""Where epoch and leaf index stand in a record's header (docs/protocol.md)."""


@dataclass
class Scene:
    world: World
    proxy: HostileProxy
    organiser: Cug
    hostile: Cug
    refusals: list[Refused]


@pytest.fixture
async def scene(server: RunningServer, world: World) -> AsyncIterator[Scene]:
    refusals: list[Refused] = []

    def note(frame: ServerFrame) -> Iterable[ServerFrame]:
        if isinstance(frame, Refused):
            refusals.append(frame)
        return [frame]

    async with contextlib.AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(HostileProxy(server.url).running())
        proxy.alter_server_frame = note
        world.through[HOSTILE] = proxy.url
        clients = [await stack.enter_async_context(world.officer(name)) for name in ("NL/organiser", HOSTILE)]
        organiser, hostile = await operation(*clients)
        await organiser.flush(PATIENCE_SECONDS)
        await hostile.caught_up(PATIENCE_SECONDS)
        yield Scene(world, proxy, organiser, hostile, refusals)


async def _goes_on(scene: Scene, *before: str) -> None:
    """Both still write and read, and agree on everything that counts."""
    await scene.organiser.send_text("still here")
    await scene.organiser.flush(PATIENCE_SECONDS)
    await scene.hostile.wait_seq(scene.organiser.last_seq, PATIENCE_SECONDS)
    assert texts(scene.organiser) == [*before, "still here"]
    assert scene.organiser.epoch_authenticator == scene.hostile.epoch_authenticator


def _overwriting(position: int, value: bytes) -> Callable[[ClientFrame], Iterable[ClientFrame]]:
    def alter(frame: ClientFrame) -> Iterable[ClientFrame]:
        if isinstance(frame, Send):
            body = frame.body[:position] + value + frame.body[position + len(value) :]
            frame = msgspec.structs.replace(frame, body=body)
        return [frame]

    return alter


@pytest.mark.parametrize(
    ("position", "value", "code"),
    [
        pytest.param(LEAF_AT, (0).to_bytes(4, "big"), "groups.wrong_device", id="in the organiser's name"),
        pytest.param(LEAF_AT, (77).to_bytes(4, "big"), "groups.wrong_device", id="from a leaf that is not there"),
        pytest.param(EPOCH_AT, (0).to_bytes(8, "big"), "groups.stale_epoch", id="in an epoch that has ended"),
        pytest.param(EPOCH_AT, (99).to_bytes(8, "big"), "groups.stale_epoch", id="in an epoch to come"),
        pytest.param(2, bytes(16), "groups.wrong_header", id="for another group"),
        pytest.param(0, b"\xff\xff", "crypto.malformed", id="in no known form"),
    ],
)
async def test_a_forged_header_is_not_stored(scene: Scene, position: int, value: bytes, code: str) -> None:
    last = scene.organiser.last_seq
    scene.proxy.alter_client_frame = _overwriting(position, value)
    await scene.hostile.send_text("forged")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not scene.refusals:
            await asyncio.sleep(0.02)
    assert scene.refusals[0].code == code
    assert await scene.organiser.caught_up(PATIENCE_SECONDS) == last
    await _goes_on(scene)


async def _refused_everywhere(scene: Scene, reason: str) -> None:
    """The server cannot see it, so it is in the log; the other client shows it as refused, with the reason."""
    with pytest.raises(SendRefused):
        await scene.hostile.flush(PATIENCE_SECONDS)
    await scene.organiser.caught_up(PATIENCE_SECONDS)
    (item,) = [item for item in scene.organiser.items() if item.standing is Standing.REFUSED]
    assert reason in item.reason
    assert item.content is None
    await _goes_on(scene)


async def test_a_record_under_a_wrong_signature_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong_seed, _ = new_signature_key()

    def sealed_wrongly(**given: object) -> bytes:
        return seal_record(**{**given, "signature_seed": Secret(wrong_seed)})  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(sending, "seal_record", sealed_wrongly)
        await scene.hostile.send_text("not mine")
    await _refused_everywhere(scene, "signature")


@pytest.mark.parametrize(
    ("public", "personal"),
    [
        pytest.param(
            Form(bytes(32), "a", "1", bytes(16), {}), Form(bytes([1]) * 32, "a", "1", bytes(16), {}), id="two templates"
        ),
        pytest.param(Form(bytes(32), "a", "1", bytes(16), {}), Chat("hello"), id="two kinds"),
    ],
)
async def test_parts_that_disagree_are_refused(scene: Scene, public: Form, personal: Form | Chat) -> None:
    scene.hostile._engine.queue(public=encode_content(public), personal=encode_content(personal))
    await _refused_everywhere(scene, "parts_disagree")


async def test_a_commit_beyond_the_role_changes_nothing(scene: Scene) -> None:
    before = (scene.organiser.epoch, scene.organiser.last_seq, scene.organiser.members())
    outcome = await scene.hostile._engine.commit([Remove(LeafIndex(0))])
    assert outcome == "policy.refused"
    with pytest.raises(SendRefused):
        await scene.hostile.remove(OfficerId("NL/organiser"))
    assert (scene.organiser.epoch, scene.organiser.last_seq, scene.organiser.members()) == before
    await _goes_on(scene)


def _send(client_ref: bytes = bytes(16), kind: int = 3) -> bytes:
    """A `Send` to a group that does not exist."""
    return msgspec.msgpack.encode([3, bytes(16), client_ref, kind, b"x"])


async def test_each_malformed_frame_gets_its_own_answer(scene: Scene) -> None:
    wrong = {
        "empty": (b"", "wire.malformed"),
        "no MessagePack": (b"\xc1", "wire.malformed"),
        "nested": (b"\x91" * 2000, "wire.malformed"),
        "a promise of four billion items": (b"\xdd\xff\xff\xff\xff", "wire.malformed"),
        "a short reference": (_send(client_ref=bytes(15)), "wire.malformed"),
        "an unknown kind": (_send(kind=99), "wire.malformed"),
        "a strange group": (_send(), "groups.not_member"),
    }
    for name, (frame, code) in wrong.items():
        answer = await _say_raw(scene, frame)
        assert isinstance(answer, Refused), name
        assert answer.code == code, name
    await _goes_on(scene)


async def test_an_oversized_frame_ends_only_that_session(scene: Scene) -> None:
    last = scene.organiser.last_seq
    with pytest.raises(ConnectionClosed):
        await _say_raw(scene, bytes(MAX_FRAME_BYTES + 1))
    assert await scene.organiser.caught_up(PATIENCE_SECONDS) == last
    await _goes_on(scene)


async def test_a_record_beyond_the_limit_is_refused(scene: Scene) -> None:
    last = scene.organiser.last_seq
    body = scene.hostile._engine.cug_id + bytes(2 * 1024 * 1024)
    answer = await _say_raw(scene, msgspec.msgpack.encode([3, scene.hostile.id, bytes(16), 3, body]))
    assert isinstance(answer, Refused)
    assert answer.code == "wire.too_large"
    assert await scene.organiser.caught_up(PATIENCE_SECONDS) == last
    await _goes_on(scene)


async def _say_raw(scene: Scene, data: bytes) -> ServerFrame:
    """One binary message on a session of the hostile device's own; the server's answer to it."""
    async with scene.world.officer(HOSTILE) as client, asyncio.timeout(PATIENCE_SECONDS):
        socket = await connect(
            socket_address(scene.world.server_url),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"Authorization": f"Bearer {client.token()}"},
            compression=None,
            max_size=MAX_FRAME_BYTES,
            proxy=None,
        )
        try:
            await socket.recv()  # Ready
            await socket.send(data)
            while True:
                answer = await socket.recv()
                assert isinstance(answer, bytes)
                frame = decode_server_frame(answer)
                if isinstance(frame, Refused):
                    return frame
        finally:
            if not socket.transport.is_closing():  # else asyncio 3.11 fails to close it again
                await socket.close()
