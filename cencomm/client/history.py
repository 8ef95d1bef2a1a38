"""The past for newcomers: asking for and answering with content keys (PROTOCOL §4.2), and archive seals."""

from __future__ import annotations

from collections.abc import Iterable

from cencomm.client import model
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.keys import learn_keys, missing_epochs
from cencomm.client.engine.memory import EpochName
from cencomm.client.engine.sharing import shareable_keys
from cencomm.client.profile import Transaction
from cencomm.crypto.archive import ArchivePrivate, ArchiveSeal, SealInvalid, open_seal
from cencomm.crypto.primitives import Secret
from cencomm.ids import GroupId
from cencomm.wire.content import HistoryKeys, HistoryRequest, encode_content

ASK_AGAIN_MS = 60_000


def answer_history(engine: CugEngine, epochs: Iterable[EpochName]) -> bool:
    """Send the keys that were asked for and that nobody has said meanwhile; whether anything was sent."""
    wanted = [name for name in epochs if name not in engine.memory.said_epochs]
    keys = shareable_keys(engine.memory, engine.reading(), wanted)
    if keys:
        engine.queue(personal=encode_content(HistoryKeys(keys)))
    return bool(keys)


def ask_history(engine: CugEngine, now_ms: int) -> bool:
    """Ask for the keys of locked records that the policy entitles to, not more often than once a minute."""
    memory = engine.memory
    if memory.secret is None or now_ms - memory.row.history_asked_ms < ASK_AGAIN_MS:
        return False
    tx = engine.reading()
    entitled = [name for name in missing_epochs(memory, tx) if _was_full(engine, tx, name)]
    if not entitled:
        return False
    with engine.changing():
        memory.change(history_asked_ms=now_ms)
    engine.queue(personal=encode_content(HistoryRequest(tuple(entitled))))
    return True


def _was_full(engine: CugEngine, tx: Transaction, name: EpochName) -> bool:
    row = engine.memory.epoch(tx, *name)
    return row is not None and row.shares_history


def open_archive(engine: CugEngine, archives: Iterable[ArchivePrivate]) -> int:
    """Content keys out of the archive seals for these keys; returns how many epochs became readable."""
    own = {archive.public_key: archive for archive in archives}
    found: dict[EpochName, Secret] = {}
    with engine.changing() as tx:
        for row in tx.rows(model.seals(engine.cug_id)):
            group_id, epoch = row.key[:16], int.from_bytes(row.key[16:24], "big")
            for archive in own.values():
                try:
                    found[group_id, epoch] = open_seal(
                        ArchiveSeal.decode(row.value), archive, group_id=GroupId(group_id), epoch=epoch
                    )
                except SealInvalid:
                    continue
        return learn_keys(engine.memory, tx, found, source="archive")
