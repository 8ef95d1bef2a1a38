"""Frames survive the way there and back, and nothing else gets in.

Every decoder: round trip, cut at each byte, a byte too many, random bytes; only `wire.malformed` comes out.
"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.wire.encoding import Malformed
from cencomm.wire.frames import (
    SENDABLE,
    CaughtUp,
    ClientFrame,
    Commit,
    Event,
    EventKind,
    Events,
    Limits,
    Notice,
    NoticeKind,
    Ping,
    Pong,
    Present,
    Ready,
    Refused,
    Send,
    ServerFrame,
    StartGroup,
    Stored,
    Subscribe,
    Typing,
    Unsubscribe,
    Unwatch,
    Watch,
    WelcomeFor,
    Writes,
    decode_client_frame,
    decode_server_frame,
    encode_frame,
)

CUG, REF = b"c" * 16, b"r" * 16
EVENT = Event(1, 1_790_000_000_000, EventKind.RECORD, "KE/otieno/laptop", REF, b"body")

CLIENT_FRAMES: tuple[ClientFrame, ...] = (
    Subscribe(CUG, 5),
    Unsubscribe(CUG),
    Send(CUG, REF, EventKind.RECORD, b"sealed"),
    Commit(CUG, REF, b"commit", b"info", (WelcomeFor("KE/otieno/laptop", b"k" * 32, b"welcome"),)),
    StartGroup(CUG, REF, b"start"),
    Ping(7),
    Watch(CUG),
    Unwatch(CUG),
    Typing(CUG),
)
SERVER_FRAMES: tuple[ServerFrame, ...] = (
    Ready(1, "KE/otieno/laptop", Limits(1, 2, 3, 4)),
    Events(CUG, (EVENT, Event(2, 3, EventKind.SEAL, "KE/otieno/laptop", REF, b"", b"h" * 32))),
    CaughtUp(CUG, 9),
    Stored(CUG, REF, 4, 5),
    Refused(CUG, REF, "groups.stale_epoch", {"sent": 4, "current": None, "text": "x", "yes": True}),
    Refused(None, None, "wire.malformed"),
    Notice(NoticeKind.KEY_PACKAGES_LOW, count=3),
    Notice(NoticeKind.REMOVED, CUG),
    Pong(7),
    Present(CUG, ("KE/otieno", "BR/silva")),
    Present(CUG, ()),
    Writes(CUG, "KE/otieno"),
)


def frame_name(frame: object) -> str:
    return type(frame).__name__


@pytest.mark.parametrize("frame", CLIENT_FRAMES, ids=frame_name)
class TestClientFrames:
    def test_round_trip(self, frame: ClientFrame) -> None:
        assert decode_client_frame(encode_frame(frame)) == frame

    def test_cut_at_each_byte(self, frame: ClientFrame) -> None:
        data = encode_frame(frame)
        for length in range(len(data)):
            with pytest.raises(Malformed):
                decode_client_frame(data[:length])

    def test_byte_too_many(self, frame: ClientFrame) -> None:
        with pytest.raises(Malformed):
            decode_client_frame(encode_frame(frame) + b"\x00")

    def test_field_too_many(self, frame: ClientFrame) -> None:
        fields = msgspec.msgpack.decode(encode_frame(frame))
        with pytest.raises(Malformed):
            decode_client_frame(msgspec.msgpack.encode([*fields, 1, 2, 3, 4]))

    def test_server_does_not_take_it_for_its_own(self, frame: ClientFrame) -> None:
        with pytest.raises(Malformed):
            decode_server_frame(encode_frame(frame))


@pytest.mark.parametrize("frame", SERVER_FRAMES, ids=frame_name)
class TestServerFrames:
    def test_round_trip(self, frame: ServerFrame) -> None:
        assert decode_server_frame(encode_frame(frame)) == frame

    def test_cut_at_each_byte(self, frame: ServerFrame) -> None:
        data = encode_frame(frame)
        for length in range(len(data)):
            with pytest.raises(Malformed):
                decode_server_frame(data[:length])

    def test_byte_too_many(self, frame: ServerFrame) -> None:
        with pytest.raises(Malformed):
            decode_server_frame(encode_frame(frame) + b"\x00")


@given(st.binary(max_size=200))
def test_random_bytes_are_malformed_or_a_frame(data: bytes) -> None:
    for decode in (decode_client_frame, decode_server_frame):
        try:
            decode(data)
        except Malformed as error:
            assert error.facts == {"what": "messagepack"}


@pytest.mark.parametrize(
    "fields",
    [
        [1, b"short", 0],
        [1, CUG, -1],
        [1, CUG, 2**63],
        [3, CUG, REF, 99, b""],
        [3, CUG, b"short", 3, b""],
        [4, CUG, REF, b"", b"", [["", b"k" * 32, b""]]],
        [4, CUG, REF, b"", b"", [["x", b"k" * 31, b""]]],
        [99, CUG],
        [],
        {},
        5,
    ],
)
def test_wrong_values_are_refused(fields: object) -> None:
    with pytest.raises(Malformed):
        decode_client_frame(msgspec.msgpack.encode(fields))


def test_deep_nesting_is_refused_in_bounded_work() -> None:
    with pytest.raises(Malformed):
        decode_client_frame(b"\x91" * 100_000)


def test_what_may_be_sent_plainly_is_neither_commit_nor_group() -> None:
    assert set(EventKind) - SENDABLE == {EventKind.COMMIT, EventKind.GROUP}
