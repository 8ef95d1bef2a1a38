"""What a member can read, and what one who was removed cannot, asked of the profiles themselves."""

from __future__ import annotations

from pathlib import Path

from cencomm.client import model
from cencomm.client.cug import Cug
from cencomm.client.model import Item, ItemKind, KeyRow, unpack
from cencomm.client.profile import Profile
from cencomm.crypto.primitives import Secret
from cencomm.crypto.records import key_ring, read_header
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


async def removed_opens_nothing(folder: Path, password: str, removed: Cug, organiser: Cug) -> tuple[int, int]:
    """Try every content key in the removed officer's profile on every later record that the organiser received.

    Returns how many he could open, and how many there were.
    """
    profile = Profile.open(folder, password)
    try:
        with profile.transaction() as tx:
            rows = [unpack(KeyRow, row.value) for row in tx.rows(model.content_keys(removed.id))]
    finally:
        profile.close()
    ring = key_ring(*(Secret(row.key) for row in rows))
    opened, after = 0, 0
    async for entry in organiser.log():
        if entry.event.seq <= removed.last_seq or entry.event.kind is not EventKind.RECORD:
            continue
        after += 1
        opened += any(part.key_id in ring for part in read_header(entry.event.body).parts)
    return opened, after
