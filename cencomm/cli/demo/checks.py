"""What a member can read, and what one who was removed cannot, asked of the profiles themselves."""

from __future__ import annotations

from pathlib import Path

from cencomm.client import model
from cencomm.client.cug import Cug
from cencomm.client.model import Item, ItemKind, KeyRow, unpack
from cencomm.client.profile import Profile
from cencomm.crypto.primitives import Secret
from cencomm.crypto.records import key_ring, read_header
from cencomm.ids import OfficerId
from cencomm.wire.frames import EventKind


def all_items(cug: Cug) -> list[Item]:
    """Every item that a client has of a CUG."""
    found: list[Item] = []
    after = 0
    while portion := cug.items(after):
        found += portion
        after = portion[-1].seq
    return found


def readable_forms(cug: Cug) -> set[bytes]:
    """client_refs of the forms whose answers this client can read."""
    return {item.client_ref for item in all_items(cug) if item.kind is ItemKind.FORM and item.answers}


def removed_at(cug: Cug, officer: OfficerId) -> int:
    """The seq of the commit by which an officer was last removed, as this client saw it; 0 if he was not."""
    commits = (item for item in all_items(cug) if item.members is not None and officer in item.members.removed)
    return max((item.seq for item in commits), default=0)


async def removed_opens_nothing(
    folder: Path, password: str, removed: Cug, organiser: Cug, since: int
) -> tuple[int, int]:
    """Try every content key in the removed officer's profile on every record that the organiser received after `since`.

    `since` is the seq of the removal. What was sent before it the officer may read, also if his client was slow and has
    it later: so it is waited until his client has everything that is his. Returns how many later records he could open,
    and how many there were.
    """
    await removed.wait_seq(since)
    profile = Profile.open(folder, password)
    try:
        with profile.transaction() as tx:
            rows = [unpack(KeyRow, row.value) for row in tx.rows(model.content_keys(removed.id))]
    finally:
        profile.close()
    ring = key_ring(*(Secret(row.key) for row in rows))
    opened, after = 0, 0
    async for entry in organiser.log():
        if entry.event.seq <= since or entry.event.kind is not EventKind.RECORD:
            continue
        after += 1
        opened += any(part.key_id in ring for part in read_header(entry.event.body).parts)
    return opened, after
