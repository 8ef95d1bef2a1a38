"""Officers who all send as fast as they may while something happens, and the one view that they must share after it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from cencomm.client.cug import Cug
from tests.e2e.world import messages, text_of

OUTSTANDING = 12
PATIENCE_SECONDS = 120

Sent = dict[str, list[str]]
"""What each officer has sent, in his order."""


@contextlib.asynccontextmanager
async def talking(cugs: Sequence[Cug], names: Sequence[str]) -> AsyncIterator[Sent]:
    """Everybody sends while the block runs; afterwards all of it is acknowledged. `names` in the order of `cugs`."""
    stop = asyncio.Event()
    sent: Sent = {name: [] for name in names}
    senders = [
        asyncio.create_task(_keep_sending(cug, name, stop, sent[name])) for cug, name in zip(cugs, names, strict=True)
    ]
    try:
        yield sent
    finally:
        stop.set()
        await asyncio.gather(*senders)
    for cug in cugs:
        await cug.flush(PATIENCE_SECONDS)


async def _keep_sending(cug: Cug, name: str, stop: asyncio.Event, sent: list[str]) -> None:
    while not stop.is_set():
        if cug.waiting() >= OUTSTANDING:
            await asyncio.sleep(0.01)
            continue
        text = f"{name} {len(sent)}"
        sent.append(text)
        await cug.send_text(text)
        await asyncio.sleep(0)


async def have_one_view(cugs: Sequence[Cug], sent: Sent) -> int:
    """Every message once, in one order, the same for all, under its sender's name, no alarm; gives how many."""
    last = max([await cug.caught_up(PATIENCE_SECONDS) for cug in cugs])
    for cug in cugs:
        await cug.wait_seq(last, PATIENCE_SECONDS)
    views = [[(item.seq, item.sender, text_of(item)) for item in messages(cug)] for cug in cugs]
    assert all(view == views[0] for view in views)
    assert sorted(text for _, _, text in views[0]) == sorted(text for texts in sent.values() for text in texts)
    for name, texts in sent.items():
        assert sorted(text for _, sender, text in views[0] if sender.startswith(f"{name}/")) == sorted(texts)
    assert [alarm for cug in cugs for alarm in cug.alarms()] == []
    return len(views[0])
