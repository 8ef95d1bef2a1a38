"""PostgreSQL's side of the log: many processes on one database, and a connection that breaks."""

from __future__ import annotations

import asyncio

from cencomm.errors import DomainError
from cencomm.groups.log import Outcome, Receipt
from cencomm.ids import new_client_ref
from cencomm.store.cugs import CugReader
from cencomm.store.event_log_postgres import PostgresEventLog
from cencomm.store.log_writer import LogWriter
from tests.store.databases import migrated
from tests.store.test_event_log import CUG, DEVICE, HOOKS, OTHER, commit, opening, record


async def test_writers_of_several_processes_keep_one_gapless_order(postgres_url: str) -> None:
    async with migrated(postgres_url) as database:
        logs = [PostgresEventLog(database.postgres_address, HOOKS) for _ in range(4)]
        await logs[0].store([opening()], 1000)

        async def write(log: PostgresEventLog) -> list[Outcome]:
            return [outcome for _ in range(20) for outcome in await log.store([record(), record(sender=OTHER)], 1000)]

        outcomes = [outcome for one in await asyncio.gather(*map(write, logs)) for outcome in one]
        seqs = sorted(outcome.seq for outcome in outcomes if isinstance(outcome, Receipt))
        assert seqs == list(range(2, 162))
        for log in logs:
            await log.close()


async def test_of_commits_of_several_processes_one_wins_each_epoch(postgres_url: str) -> None:
    async with migrated(postgres_url) as database:
        logs = [PostgresEventLog(database.postgres_address, HOOKS) for _ in range(4)]
        await logs[0].store([opening()], 1000)
        for epoch in range(15):
            outcomes = await asyncio.gather(*(log.store([commit(epoch)], 1000) for log in logs))
            codes = [one[0].code for one in outcomes if isinstance(one[0], DomainError)]
            assert codes == ["groups.epoch_taken"] * 3
        for log in logs:
            await log.close()


async def test_the_same_sending_through_two_processes_is_stored_once(postgres_url: str) -> None:
    async with migrated(postgres_url) as database:
        logs = [PostgresEventLog(database.postgres_address, HOOKS) for _ in range(2)]
        await logs[0].store([opening()], 1000)
        for _ in range(20):
            twice = record(ref=new_client_ref())
            outcomes = await asyncio.gather(*(log.store([twice], 1000) for log in logs))
            receipts = [one[0] for one in outcomes if isinstance(one[0], Receipt)]
            assert len({receipt.seq for receipt in receipts}) == 1
            assert sorted(receipt.repeated for receipt in receipts) == [False, True]
        for log in logs:
            await log.close()


async def test_after_a_broken_connection_the_writer_goes_on(postgres_url: str) -> None:
    async with migrated(postgres_url) as database:
        writer = LogWriter(
            PostgresEventLog(database.postgres_address, HOOKS), now_ms=lambda: 1000, on_stored=lambda batch: None
        )
        writer.start()
        assert isinstance(await writer.outcome_of(opening()), Receipt)
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        sent = record()
        first = await writer.outcome_of(sent)
        assert isinstance(first, Receipt) or first.code == "groups.not_stored"
        again = await writer.outcome_of(sent)
        assert isinstance(again, Receipt)
        assert again.seq == 2
        assert [event.seq for event in await CugReader(database.engine).events_after(CUG, 0)] == [1, 2]
        await writer.stop()


async def test_the_sender_of_each_event_is_kept(postgres_url: str) -> None:
    async with migrated(postgres_url) as database:
        log = PostgresEventLog(database.postgres_address, HOOKS)
        await log.store([opening(), record(sender=OTHER)], 1000)
        events = await CugReader(database.engine).events_after(CUG, 0)
        assert [event.sender for event in events] == [DEVICE, OTHER]
        await log.close()
