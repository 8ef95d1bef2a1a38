"""Versions of the schema, on SQLite and PostgreSQL."""

from __future__ import annotations

from cencomm.store.database import Database, open_database
from cencomm.store.schema import knows, newest_revision, revision_of, upgrade


class TestRevisions:
    async def test_an_empty_database_has_none_and_is_brought_to_the_newest(self, database_url: str) -> None:
        database = Database.open(database_url)
        async with database.engine.begin() as connection:
            assert await connection.run_sync(revision_of) is None
            await connection.run_sync(upgrade, newest_revision())
            assert await connection.run_sync(revision_of) == newest_revision()
        await database.close()

    async def test_what_a_server_migrated_is_at_the_newest(self, database_url: str) -> None:
        async with open_database(database_url) as database, database.engine.connect() as connection:
            assert await connection.run_sync(revision_of) == newest_revision()

    def test_only_its_own_are_known(self) -> None:
        assert knows(newest_revision())
        assert not knows("9999")
