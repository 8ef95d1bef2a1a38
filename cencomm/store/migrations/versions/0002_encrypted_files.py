"""Encrypted files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_totals",
        sa.Column("cug_id", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cug_id"], ["cugs.cug_id"], name=op.f("fk_file_totals_cug_id")),
        sa.PrimaryKeyConstraint("cug_id", name=op.f("pk_file_totals")),
    )
    op.create_table(
        "files",
        sa.Column("cug_id", sa.LargeBinary(), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("stored_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cug_id"], ["cugs.cug_id"], name=op.f("fk_files_cug_id")),
        sa.PrimaryKeyConstraint("cug_id", "file_hash", name=op.f("pk_files")),
    )
    op.create_index("ix_files_hash", "files", ["file_hash"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("upload_id", sa.LargeBinary(), nullable=False),
        sa.Column("cug_id", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("touched_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cug_id"], ["cugs.cug_id"], name=op.f("fk_uploads_cug_id")),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("cug_id", "device_id", "file_hash", name=op.f("uq_uploads_cug_id")),
    )
    op.create_index(op.f("ix_uploads_touched_ms"), "uploads", ["touched_ms"], unique=False)
