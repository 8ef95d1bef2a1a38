"""Comparing what another member saw with what the server showed here (PROTOCOL §3.4)."""

from __future__ import annotations

from cencomm.client.engine.memory import Memory
from cencomm.client.profile import Transaction
from cencomm.crypto.head import Head
from cencomm.crypto.head import start as first_head
from cencomm.wire.frames import Event


def compare_seen(memory: Memory, tx: Transaction, event: Event, seen: Head) -> bool:
    """Whether the sender's view is a beginning of ours; otherwise an alarm in words, which blocks nothing."""
    if seen.n < event.seq:
        own = first_head(memory.cug_id).hash if seen.n == 0 else memory.heads.at(tx, seen.n)
        if own == seen.hash:
            return True
    memory.alarm(tx, "seen_mismatch", seq=event.seq, sender=event.sender, n=seen.n)
    return False
