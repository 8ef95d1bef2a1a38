"""What the tables promise, and that the migrations build exactly them."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from cen_core.store import tables
from tests.cen_core.world import Stand


async def test_migrations_build_exactly_the_tables(both: Stand) -> None:
    def difference(connection: Connection) -> list[object]:
        options = {"compare_type": True, "include_name": _is_ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata))

    async with both.engine.connect() as connection:
        assert await connection.run_sync(difference) == []


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The full-text index is the migration's own: no table of SQLAlchemy can say it."""
    return kind != "table" or (str(name).startswith("cen_") and not str(name).startswith(("cen_text", "cen_alembic")))


def test_every_table_is_the_cores_own() -> None:
    assert all(table.name.startswith("cen_") for table in tables.metadata.sorted_tables)
    assert all(table.primary_key.columns for table in tables.metadata.sorted_tables)


def test_no_column_could_say_a_group_or_a_case_number() -> None:
    columns = {column.name for table in tables.metadata.sorted_tables for column in table.columns}
    assert not columns & {"cug", "cug_id", "group", "reference", "national_case_ref", "name_of_group"}


def test_times_say_their_unit() -> None:
    columns = [c.name for t in tables.metadata.sorted_tables for c in t.columns]
    assert [name for name in columns if name.endswith(("_at", "_time"))] == []
