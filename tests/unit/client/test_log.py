"""Rules of reading the log once more (PROTOCOL §4.3).

LG-001 every event comes in order, with the head after it, its item and the verified record
LG-002 a log that differs from the one applied, is refused, or falls silent ends the reading
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from cencomm.client import log as log_module
from cencomm.client.engine.engine import CugEngine
from cencomm.client.errors import ServerMisbehaved, ServerRefused, ServerUnreachable
from cencomm.client.http import Api
from cencomm.client.log import LogEntry, read_log
from cencomm.client.session import Handler
from cencomm.wire.content import Chat, decode_content
from cencomm.wire.frames import Event, EventKind, Events, Refused, ServerFrame, Subscribe
from tests.unit.client.engine.test_receive import talk
from tests.unit.client.stand import Stand, altered


def serve(monkeypatch: pytest.MonkeyPatch, stand: Stand, *frames: ServerFrame) -> None:
    """A session that hands out these frames as soon as it starts."""

    class FakeSession:
        def __init__(self, _url: str, _tokens: object, handler: Handler) -> None:
            self.handler = handler

        def start(self) -> None:
            assert self.handler.resume() == [Subscribe(stand.cug_id, 0)]

            async def hand_out() -> None:
                await self.handler.receive(frames)

            self.task = asyncio.create_task(hand_out())

        async def stop(self) -> None:
            """Nothing to stop."""

    monkeypatch.setattr(log_module, "Session", FakeSession)


def of(stand: Stand, events: Sequence[Event]) -> list[Events]:
    return [Events(stand.cug_id, tuple(events[:2])), Events(stand.cug_id, tuple(events[2:]))]


async def read(engine: CugEngine, up_to: int) -> list[LogEntry]:
    return [entry async for entry in read_log(engine, Api("http://server.test"), up_to)]


class TestLog:
    async def test_every_event_comes_in_order(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """LG-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        talk(stand, here, "one")
        stand.begin_commit(there)
        talk(stand, here, "two")
        serve(monkeypatch, stand, *of(stand, stand.log))
        entries = await read(there, len(stand.log))
        assert [entry.event for entry in entries] == stand.log
        assert entries[-1].head_hash == there.memory.row.head_hash
        said = [decode_content(entry.record.personal or b"") for entry in entries if entry.record]
        assert said == [Chat("one"), Chat("two")]
        assert [entry.item is not None for entry in entries] == [
            event.kind is not EventKind.COMMIT or event.seq == 2 for event in stand.log
        ]
        serve(monkeypatch, stand, *of(stand, stand.log))
        assert len(await read(there, 3)) == 3

    async def test_another_log_ends_the_reading(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """LG-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        talk(stand, here, "one", "two")
        serve(monkeypatch, stand, *of(stand, [*stand.log[:-1], altered(stand.log[-1], server_time=1)]))
        with pytest.raises(ServerMisbehaved):
            await read(there, len(stand.log))
        serve(monkeypatch, stand, Refused(stand.cug_id, None, "groups.not_member"))
        with pytest.raises(ServerRefused):
            await read(there, len(stand.log))
        monkeypatch.setattr(log_module, "_SILENCE_SECONDS", 0.02)
        serve(monkeypatch, stand, *of(stand, stand.log[:-1]))
        with pytest.raises(ServerUnreachable):
            await read(there, len(stand.log))
