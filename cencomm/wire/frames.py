"""The frames of a WebSocket session, MessagePack arrays shared by server and client (protocol page, "Delivery").

Endpoint `/v1/session`, subprotocol `cencomm.v1`, one frame per binary message, token as `Authorization: Bearer`.
The session must be bound to a device (`POST /v1/devices` or `POST /v1/session/device`).

    client                                   server
      |  <------------------------ Ready       once, first
      |  Subscribe(cug, after_seq) ------->
      |  <------------------------ Events …    everything after `after_seq`, gapless, then
      |  <------------------------ CaughtUp    and from here on each new event as it is stored
      |  Send / Commit / StartGroup ------>
      |  <------------------------ Stored      durable: its `seq`; the event itself also comes in Events
      |  <------------------------ Refused     nothing was stored
      |  <------------------------ Notice      something to look at; carries no content
      |  Ping ---------------------------->
      |  <------------------------ Pong
      |  Watch(cug) ---------------------->
      |  <------------------------ Present     who of the CUG is on line, again when that changes
      |  Typing(cug) --------------------->
      |  <------------------------ Writes      somebody else types

Order is promised within one CUG only. `Stored` may come before or after the event it speaks of. A server that cannot
get rid of its frames stops sending live, and goes on from the last `seq` sent when the peer reads again. Sending the
same bytes under the same `client_ref` again is harmless: the answer is the `seq` of the first time.

The last four are in passing (docs/adr/0019): they have no place in the log, are kept nowhere, and may be lost; a server
never says them to who has not asked, since older clients know neither.

The server closes with 1012 where its process ends (what it took in was answered; come back, another one answers), 1013
where it cannot serve now, 1008 after too many frames that made no sense, 4401 where the session has ended or its device
was revoked: sign in again.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cencomm.errors import Fact
from cencomm.wire.encoding import decode_with, encode

SUBPROTOCOL = "cencomm.v1"
SESSION_PATH = "/v1/session"

MAX_FRAME_BYTES = 8 * 1024 * 1024
"""What either side may be sent in one frame; the server's own limits (Ready.limits) are lower."""

RECORD_BYTES = 256 * 1024
"""What the server takes as one record; clients refuse a longer one before they queue it."""

TYPING_EVERY_SECONDS = 3.0
"""A client says at most so often that its officer types in a CUG."""
TYPING_LASTS_SECONDS = 6.0
"""Of whom nothing is heard for so long, he types no more."""

Id16 = Annotated[bytes, Meta(min_length=16, max_length=16)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Count = Annotated[int, Meta(ge=0, le=2**62)]


class EventKind(IntEnum):
    """What an event of a CUG's log is; the body is encoded by `cencomm.crypto.events`."""

    GROUP = 1
    COMMIT = 2
    RECORD = 3
    REJECTION = 4
    SEAL = 5
    CLOSED = 6


SENDABLE = frozenset({EventKind.RECORD, EventKind.REJECTION, EventKind.SEAL, EventKind.CLOSED})
"""Kinds that travel in `Send`; a group starts by `StartGroup` (or `POST /v1/cugs`), a commit travels in `Commit`."""


class WelcomeFor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A Welcome (RFC 9420 §12.4.3.1) and the device it is for; kept beside the log until fetched or closed."""

    device_id: Name
    key_package_ref: Annotated[bytes, Meta(min_length=32, max_length=32)]
    welcome: bytes


class Event(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One entry of a CUG's log."""

    seq: Count
    server_time: Count
    """Milliseconds since 1970, UTC; never decreases within a CUG."""
    kind: EventKind
    sender: Name
    """Device id."""
    client_ref: Id16
    body: bytes
    event_hash: bytes | None = None
    """Only where closing the CUG has cut seals out of `body`: H(event) as it was, for the head chain."""


class Limits(Struct, frozen=True, array_like=True):
    """What the server takes; beyond it `wire.too_large` or `server.too_many_requests`."""

    record_bytes: int
    handshake_bytes: int
    key_packages: int
    subscriptions: int


# client -> server


class Subscribe(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=1):
    """Everything of `cug_id` after `after_seq`, then live. Again: start over from the new `after_seq`."""

    cug_id: Id16
    after_seq: Count = 0


class Unsubscribe(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=2):
    cug_id: Id16


class Send(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=3):
    """A record, rejection, corrected seal or closing (`SENDABLE`)."""

    cug_id: Id16
    client_ref: Id16
    kind: EventKind
    body: bytes


class Commit(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=4):
    """A commit; stored with its Welcomes and GroupInfo in one transaction, or not at all.

    `body` is `crypto.events.CommitBody` encoded: exactly these bytes become the event. `group_info` is that of the
    epoch the commit makes, with its ratchet tree, as an MLSMessage.
    """

    cug_id: Id16
    client_ref: Id16
    body: bytes
    group_info: bytes
    welcomes: tuple[WelcomeFor, ...] = ()


class StartGroup(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=5):
    """A successor group in an existing CUG; `body` is `crypto.events.GroupStart` encoded."""

    cug_id: Id16
    client_ref: Id16
    body: bytes


class Ping(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=6):
    token: Count = 0


class Watch(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=7):
    """Say who of `cug_id` is on line, and who types, until Unwatch or the end of the subscription; without one it is
    ignored."""

    cug_id: Id16


class Unwatch(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=8):
    cug_id: Id16


class Typing(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=9):
    """The officer types in `cug_id`, to which he is subscribed. There is no answer; TYPING_EVERY_SECONDS apart."""

    cug_id: Id16


ClientFrame = Subscribe | Unsubscribe | Send | Commit | StartGroup | Ping | Watch | Unwatch | Typing


# server -> client


class Ready(Struct, frozen=True, array_like=True, tag=65):
    server_time: Count
    device_id: Name
    limits: Limits


class Events(Struct, frozen=True, array_like=True, tag=66):
    """Consecutive events of one CUG."""

    cug_id: Id16
    events: tuple[Event, ...]


class CaughtUp(Struct, frozen=True, array_like=True, tag=67):
    """`seq` was the newest event when the replay ended; what follows is live."""

    cug_id: Id16
    seq: Count


class Stored(Struct, frozen=True, array_like=True, tag=68):
    cug_id: Id16
    client_ref: Id16
    seq: Count
    server_time: Count


class Refused(Struct, frozen=True, array_like=True, tag=69):
    """`client_ref` is None where the refusal is not of a sending (a subscription, a frame that made no sense)."""

    cug_id: Id16 | None
    client_ref: Id16 | None
    code: str
    facts: dict[str, Fact] = {}


class NoticeKind(IntEnum):
    ADMITTED = 1
    """This officer is a member of `cug_id` now, or this device has a Welcome to fetch."""
    REMOVED = 2
    """This officer is no longer a member of `cug_id`; the subscription has ended."""
    CLOSED = 3
    KEY_PACKAGES_LOW = 4
    """`count` key packages are left: upload more."""
    REVOCATIONS = 5
    """A newer revocation list was published."""


class Notice(Struct, frozen=True, array_like=True, tag=70):
    kind: NoticeKind
    cug_id: Id16 | None = None
    count: int | None = None


class Pong(Struct, frozen=True, array_like=True, tag=71):
    token: Count = 0


class Present(Struct, frozen=True, array_like=True, tag=72):
    """The members of `cug_id` who are on line and do not hide it: all of them, each time; when they last were is not
    known to anybody."""

    cug_id: Id16
    officers: tuple[Name, ...]


class Writes(Struct, frozen=True, array_like=True, tag=73):
    """A member types in `cug_id`; TYPING_LASTS_SECONDS after the last of these he does not."""

    cug_id: Id16
    officer: Name


ServerFrame = Ready | Events | CaughtUp | Stored | Refused | Notice | Pong | Present | Writes

_client_decoder: msgspec.msgpack.Decoder[ClientFrame] = msgspec.msgpack.Decoder(ClientFrame)
_server_decoder: msgspec.msgpack.Decoder[ServerFrame] = msgspec.msgpack.Decoder(ServerFrame)


def decode_client_frame(data: bytes) -> ClientFrame:
    """The frame a client sent. Raises Malformed."""
    return decode_with(_client_decoder, data)


def decode_server_frame(data: bytes) -> ServerFrame:
    """The frame the server sent. Raises Malformed."""
    return decode_with(_server_decoder, data)


def encode_frame(frame: ClientFrame | ServerFrame) -> bytes:
    """`frame` as the bytes of one binary message."""
    return encode(frame)
