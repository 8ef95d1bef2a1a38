"""CWS: what is attached to notices, and the addresses of feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cen_notice_files",
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_notices.number"], name=op.f("fk_cen_notice_files_number")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_cen_notice_files")),
    )
    op.create_index(op.f("ix_cen_notice_files_number"), "cen_notice_files", ["number"], unique=False)
    op.create_table(
        "cen_feeds",
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["cen_people.officer"], name=op.f("fk_cen_feeds_officer")),
        sa.PrimaryKeyConstraint("officer", name=op.f("pk_cen_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_cen_feeds_token_hash")),
    )
