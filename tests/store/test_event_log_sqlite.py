"""SQLite's side of the log: durable when told, nothing of a batch that failed, and apart from other writers."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cencomm.groups.log import Receipt
from cencomm.store.event_log_sqlite import SqliteEventLog, connect
from tests.store.databases import migrated
from tests.store.test_event_log import CUG, HOOKS, opening, record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cencomm.sqlite3"


def test_every_commit_is_on_disk_before_it_returns(path: Path) -> None:
    connection = connect(path)
    asked = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert asked == ["wal", 2]
    assert connection.execute("PRAGMA secure_delete").fetchone()[0] == 1
    connection.close()


async def test_another_connection_sees_what_was_told(path: Path) -> None:
    async with migrated(f"sqlite:///{path}"):
        log = SqliteEventLog(path, HOOKS)
        assert await log.store([opening(), record()], 1000) == [Receipt(1, 1000), Receipt(2, 1000)]
        other = sqlite3.connect(path)
        assert other.execute("SELECT seq FROM events WHERE cug_id = ? ORDER BY seq", (CUG,)).fetchall() == [(1,), (2,)]
        other.close()
        await log.close()


async def test_a_failure_leaves_nothing_and_the_next_batch_works(path: Path) -> None:
    async with migrated(f"sqlite:///{path}"):
        log = SqliteEventLog(path, HOOKS)
        await log.store([opening()], 1000)
        poisoned = record(body=object())  # type: ignore[arg-type]
        with pytest.raises(sqlite3.Error):
            await log.store([record(), poisoned], 1000)
        assert await log.store([record()], 1000) == [Receipt(2, 1000)]
        await log.close()


async def test_closing_before_use_is_harmless(path: Path) -> None:
    log = SqliteEventLog(path, HOOKS)
    await log.close()
