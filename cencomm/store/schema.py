"""Which version of the schema a database has, and which one this program makes."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from cencomm.store.database import MIGRATIONS


def newest_revision() -> str:
    """The version that this program works with."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert revision is not None
    return revision


def knows(revision: str) -> bool:
    """Whether this program can bring a database from `revision` to its own version."""
    return revision in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def revision_of(connection: Connection) -> str | None:
    """The version of the database; None where nothing was made in it yet."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the schema to `revision`, inside the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
