"""CWS: notices, their versions, their log, and the words of the published ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cen_core.store.fulltext import NOTICES, create_postgres, create_sqlite

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "cen_notices",
        sa.Column("number", number, autoincrement=False, nullable=False),
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("editor", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("first_ms", sa.BigInteger(), nullable=True),
        sa.Column("approved_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cen_notices")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_cen_notices_notice_id")),
    )
    op.create_index("ix_cen_notices_newest", "cen_notices", ["approved_ms", "notice_id"], unique=False)
    op.create_index("ix_cen_notices_worklist", "cen_notices", ["owner", "state", "changed_ms"], unique=False)
    op.create_table(
        "cen_notice_versions",
        sa.Column("number", number, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("editor", sa.String(length=80), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_notices.number"], name=op.f("fk_cen_notice_versions_number")),
        sa.PrimaryKeyConstraint("number", "version", name=op.f("pk_cen_notice_versions")),
    )
    op.create_table(
        "cen_notice_log",
        sa.Column("entry", number, nullable=False),
        sa.Column("number", number, nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_notices.number"], name=op.f("fk_cen_notice_log_number")),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_cen_notice_log")),
    )
    op.create_index(op.f("ix_cen_notice_log_number"), "cen_notice_log", ["number"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE cen_notice_numbers")
        for statement in create_postgres(NOTICES):
            op.execute(statement)
    else:
        op.execute(create_sqlite(NOTICES))
