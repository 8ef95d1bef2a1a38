"""Runs migrations on the connection handed over by `cen_core.store.database.migrate`."""

from __future__ import annotations

from alembic import context

from cen_core.store.database import VERSION_TABLE
from cen_core.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, version_table=VERSION_TABLE, transactional_ddl=True)
context.run_migrations()
