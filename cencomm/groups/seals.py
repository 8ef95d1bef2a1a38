"""What closing a CUG cuts out of its log: archive seals go, the hash of each event stays (PROTOCOL §3.4, §4.4)."""

from __future__ import annotations

from dataclasses import replace

from cencomm.crypto import head
from cencomm.crypto.events import CommitBody, GroupStart
from cencomm.groups.log import Submission
from cencomm.wire.frames import EventKind


def event_hash(event: Submission) -> bytes:
    """H(event), as the head chain has it."""
    return head.event_hash(event.kind, event.sender, event.client_ref, event.body)


def without_seals(kind: EventKind, body: bytes) -> bytes:
    """`body` as it stays in a closed CUG: a group start or commit without its seals, of a corrected seal nothing."""
    match kind:
        case EventKind.GROUP:
            return replace(GroupStart.decode(body), seals=()).encode()
        case EventKind.COMMIT:
            return replace(CommitBody.decode(body), seals=()).encode()
        case EventKind.SEAL:
            return b""
        case _:
            return body
