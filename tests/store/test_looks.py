"""What is asked about many connections at once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cencomm.accounts.model import StoredKeyPackage, StoredRevocationList
from cencomm.accounts.tokens import hash_token
from cencomm.groups.log import CugEnds, Submission
from cencomm.groups.model import CugState
from cencomm.ids import OfficerId, new_client_ref
from cencomm.store import looks
from cencomm.store.database import Database
from cencomm.store.log_writer import event_log_for
from cencomm.store.looks import Looks
from cencomm.store.unit_of_work import sql_units_of_work
from cencomm.wire.frames import EventKind, WelcomeFor
from tests.delivery_stand import prepare, token_of
from tests.store.test_event_log import CUG, HOOKS, OTHER, ROSTER, commit, opening
from tests.unit.crypto.people import NOW_MS, OTIENO, SILVA

NOBODY = OfficerId("XX/nobody")


@pytest.fixture
async def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    monkeypatch.setattr(looks, "AT_ONCE", 1)
    await prepare(database_url, [OTIENO, SILVA])
    opened = Database.open(database_url)
    yield opened
    await opened.close()


async def test_sessions_that_ended_or_never_were_are_not_live(database: Database) -> None:
    otieno, silva = (hash_token(token_of(person)) for person in (OTIENO, SILVA))
    asked = Looks(database.engine)
    assert await asked.live_sessions([otieno, silva, b"x" * 32], NOW_MS) == {otieno, silva}
    async with sql_units_of_work(database.engine)() as uow:
        await uow.sessions.end(silva)
        await uow.commit()
    assert await asked.live_sessions([otieno, silva], NOW_MS) == {otieno}
    assert await asked.live_sessions([otieno], NOW_MS + 13 * 3_600_000) == frozenset()
    assert await asked.live_sessions([], NOW_MS) == frozenset()


async def test_who_hides_himself_is_named_and_nobody_else(database: Database) -> None:
    asked, names = Looks(database.engine), [OTIENO.officer_id, SILVA.officer_id, NOBODY]
    assert await asked.who_hides(names) == frozenset()
    async with sql_units_of_work(database.engine)() as uow:
        await uow.accounts.set_hidden(SILVA.officer_id, hidden=True)
        await uow.commit()
    assert await asked.who_hides(names) == {SILVA.officer_id}
    assert await asked.who_hides([OTIENO.officer_id]) == frozenset()


async def test_standing_is_that_of_now(database: Database) -> None:
    asked = Looks(database.engine)
    log = event_log_for(database, HOOKS)
    await log.store([opening(), commit(0, {**ROSTER, SILVA.officer_id: "officer"})], 1000)
    names = [OTIENO.officer_id, SILVA.officer_id, NOBODY]
    assert await asked.standings(names) == {name: {CUG: CugState.OPEN} for name in names[:2]}
    await log.store([commit(1)], 1000)
    assert await asked.standings(names) == {OTIENO.officer_id: {CUG: CugState.OPEN}}
    closing = Submission(CUG, OTIENO.device_id, new_client_ref(), EventKind.CLOSED, b"closed", effect=CugEnds())
    await log.store([closing], 1000)
    assert await asked.standings(names) == {OTIENO.officer_id: {CUG: CugState.CLOSED}}
    await log.close()


async def test_revocation_numbers_are_the_newest_of_each_issuer(database: Database) -> None:
    asked = Looks(database.engine)
    assert await asked.revocation_numbers() == {}
    async with sql_units_of_work(database.engine)() as uow:
        for issuer, number in (("KE", 1), ("KE", 2), ("BR", 7)):
            await uow.revocations.add(StoredRevocationList(issuer, number, b"list", NOW_MS))
        await uow.commit()
    assert await asked.revocation_numbers() == {"KE": 2, "BR": 7}


async def test_key_packages_are_counted_as_they_may_be_given(database: Database) -> None:
    now_s = NOW_MS // 1000
    async with sql_units_of_work(database.engine)() as uow:
        for number, last_resort, lifetime_s in ((1, False, 10), (2, False, 10), (3, False, 0), (4, True, 10)):
            package = StoredKeyPackage(bytes([number]), SILVA.device_id, b"package", last_resort, now_s + lifetime_s)
            await uow.key_packages.add(package, NOW_MS)
        await uow.commit()
    asked = Looks(database.engine)
    counted = await asked.key_package_counts([SILVA.device_id, OTIENO.device_id], now_s)
    assert counted == {SILVA.device_id: 2}


async def test_welcomes_are_named_by_device_and_commit(database: Database) -> None:
    log = event_log_for(database, HOOKS)
    await log.store([opening(), commit(0, welcomes=[WelcomeFor(OTHER, b"k" * 32, b"welcome")])], 1000)
    assert await Looks(database.engine).welcomes([OTHER, SILVA.device_id]) == {(OTHER, CUG): 2}
    await log.close()
