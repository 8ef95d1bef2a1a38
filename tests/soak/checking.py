"""What must be true after each round, when everybody has everything: every client's view of it against the store.

Each thing that is not true is a violation, in words. Only the round's own part of the log is looked at, so that hours
take no more memory than minutes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cencomm.client.cug import Cug
from cencomm.client.engine.record import open_placed, place
from cencomm.client.model import Item, ItemKind
from cencomm.crypto.records import read_header
from cencomm.wire.frames import EventKind
from tests.e2e.world import text_of
from tests.soak.witness import Witness

Said = tuple[int, str, str]
"""At which seq, by which device, what."""


def said_after(cug: Cug, seq: int) -> Iterator[Said]:
    """Every message after `seq`, as this client has them."""
    while items := cug.items(seq):
        seq = items[-1].seq
        yield from [_said(item) for item in items if item.kind is ItemKind.CHAT]


def _said(item: Item) -> Said:
    return item.seq, item.sender, text_of(item)


def views_differ(cugs: Mapping[str, Cug], sent: Mapping[str, Sequence[str]], after_seq: int) -> list[str]:
    """Every acknowledged record once, in one order, under its sender's name; `sent` is what the clients queued since
    `after_seq` and know to be acknowledged."""
    found: list[str] = []
    views = {name: list(said_after(cug, after_seq)) for name, cug in cugs.items()}
    wanted = Counter((name, text) for name, texts in sent.items() for text in texts)
    first = next(iter(views))
    for name, view in views.items():
        said = Counter((_officer(sender), text) for _, sender, text in view)
        found += [f"{name} has {count} times: {what}" for what, count in said.items() if count > 1]
        found += [f"{name} lacks: {what}" for what in wanted - said]
        found += [f"{name} has what nobody sent: {what}" for what in said.keys() - wanted.keys()]
        if view != views[first]:
            found.append(f"{name} has another order than {first}")
    return found


def states_differ(cugs: Mapping[str, Cug], witness: Witness) -> list[str]:
    """One epoch, one authenticator, one head, and that is the store's; no client has an alarm."""
    found = [f"{name}: {alarm}" for name, cug in cugs.items() for alarm in cug.alarms()]
    found += [f"{name} could not send: {row}" for name, cug in cugs.items() for row in cug.unsent()]
    for what, values in (
        ("epochs", {cug.epoch for cug in cugs.values()}),
        ("authenticators", {cug.epoch_authenticator for cug in cugs.values()}),
        ("heads", {(cug.last_seq, cug.head_hash) for cug in cugs.values()} | {(witness.head.n, witness.head.hash)}),
    ):
        if len(values) != 1:
            found.append(f"{len(values)} different {what}")
    return found


async def seen_differ(cug: Cug, witness: Witness, after_seq: int) -> tuple[int, list[str]]:
    """What every record after `after_seq` says that its sender had seen, against the store: how many were opened, and
    those that saw another log. Opened with one member's keys."""
    opened, found = 0, list[str]()
    engine = cug._engine
    tx = engine.reading()
    while page := await witness.store.page(cug.id, after_seq):
        after_seq = page[-1].seq
        for event in page:
            if event.kind is not EventKind.RECORD:
                continue
            header = read_header(event.body)
            key = engine.memory.content_key(tx, header.group_id, header.epoch)
            assert key is not None, "a member has the keys of the epochs that he was in"
            seen = open_placed(event, place(engine.memory, tx, event, header), key).seen
            opened += 1
            if seen.n >= event.seq or witness.heads.get(seen.n) != seen.hash:
                found.append(f"the record at {event.seq} has seen another log at {seen.n}")
    return opened, found


def _officer(device: str) -> str:
    return device.rpartition("/")[0]
