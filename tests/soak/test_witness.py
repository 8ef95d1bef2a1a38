"""The witness finds what must not be: each rule broken once, on a store and clients made for it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cencomm.client.cug import Cug
from cencomm.crypto import head
from cencomm.crypto.events import CommitBody
from cencomm.ids import ClientRef, CugId, GroupId
from cencomm.wire.frames import EventKind
from tests.soak.checking import views_differ
from tests.soak.outcome import Outcome
from tests.soak.witness import Store, Witness

CUG = CugId(b"c" * 16)
Row = tuple[int, int, int, str, bytes, bytes]


def record(seq: int, *, at_ms: int = 0, ref: int | None = None) -> Row:
    reference = (seq if ref is None else ref).to_bytes(16, "big")
    return seq, at_ms or seq, int(EventKind.RECORD), "KE/otieno/laptop", reference, b"body"


def commit(seq: int, epoch: int) -> Row:
    body = CommitBody(GroupId(b"g" * 16), epoch, b"message").encode()
    return seq, seq, int(EventKind.COMMIT), "KE/otieno/laptop", seq.to_bytes(16, "big"), body


def store_of(folder: Path, rows: Sequence[Row]) -> Store:
    path = folder / "log.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE events (cug_id, seq, server_time_ms, kind, sender, client_ref, body, event_hash)"
        )
        connection.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", [(bytes(CUG), *row) for row in rows]
        )
    return Store(f"sqlite:///{path}")


def head_of(rows: Sequence[Row]) -> head.Head:
    reached = head.start(CUG)
    for seq, at_ms, kind, sender, ref, body in rows:
        reached = head.advance(reached, seq, at_ms, head.event_hash(kind, sender, ClientRef(ref), body))
    return reached


def client(reached: head.Head) -> dict[str, Cug]:
    return {"KE/otieno": cast(Cug, SimpleNamespace(last_seq=reached.n, head_hash=reached.hash))}


async def found(folder: Path, rows: Sequence[Row], reached: head.Head | None = None) -> list[str]:
    witness = Witness(store_of(folder, rows), CUG)
    assert await witness.look(client(reached or head.start(CUG)))
    return witness.found


GOOD = [record(1), commit(2, 0), record(3), commit(4, 1)]


async def test_a_client_that_has_what_is_stored_is_right(tmp_path: Path) -> None:
    assert await found(tmp_path, GOOD, head_of(GOOD[:3])) == []


async def test_what_is_read_before_it_is_durable_is_found(tmp_path: Path) -> None:
    assert "only 3 are durable" in (await found(tmp_path, GOOD[:3], head_of(GOOD)))[0]


async def test_a_fork_is_found(tmp_path: Path) -> None:
    other = [record(1), record(2), record(3)]
    assert "another head" in (await found(tmp_path, GOOD, head_of(other)))[0]


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([record(1), record(3)], "goes on with 3 after 1"),
        ([record(1, at_ms=5), record(2, at_ms=4)], "time goes back in the log at 2"),
        ([commit(1, 0), commit(2, 0)], "commits in epoch 0 after 0"),
    ],
)
async def test_a_log_that_breaks_a_rule_is_found(tmp_path: Path, rows: list[Row], what: str) -> None:
    assert what in (await found(tmp_path, rows))[0]


async def test_what_stands_in_the_log_twice_is_found(tmp_path: Path) -> None:
    assert await store_of(tmp_path, [record(1), record(2, ref=1)]).doubled(CUG) == 1


async def test_a_store_that_is_away_is_no_violation(tmp_path: Path) -> None:
    witness = Witness(Store(f"sqlite:///{tmp_path / 'nothing'}"), CUG)
    assert not await witness.look(client(head_of(GOOD)))
    assert witness.found == []


@pytest.mark.parametrize(
    ("view", "what"),
    [
        (["a", "a"], "has 2 times"),
        ([], "lacks"),
        (["a", "b"], "has what nobody sent"),
    ],
)
def test_a_view_that_is_not_what_was_sent_is_found(view: list[str], what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [(number, "KE/otieno/laptop", text) for number, text in enumerate(view, 1)]
    monkeypatch.setattr("tests.soak.checking.said_after", lambda _cug, _seq: said)
    assert any(what in one for one in views_differ({"KE/otieno": cast(Cug, None)}, {"KE/otieno": ["a"]}, 0))


def test_the_figures_of_two_forms_stand_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "build" / "soak.json"
    for form in ("nodes", "single"):
        Outcome(form, violations=["one"]).write(path)
    written: dict[str, Any] = json.loads(path.read_text())
    assert [written[form]["violations"] for form in ("nodes", "single")] == [1, 1]
