"""Runs migrations on the connection handed over by `cencomm.store.database.migrate`."""

from __future__ import annotations

from alembic import context

from cencomm.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
