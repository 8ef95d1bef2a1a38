"""Training albums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cen_albums",
        sa.Column("album_id", sa.String(length=32), nullable=False),
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("album_id", name=op.f("pk_cen_albums")),
    )
    op.create_index(op.f("ix_cen_albums_officer"), "cen_albums", ["officer"])
    op.create_table(
        "cen_album_pictures",
        sa.Column("album_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("picture_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["album_id"], ["cen_albums.album_id"], name=op.f("fk_cen_album_pictures_album_id")),
        sa.PrimaryKeyConstraint("album_id", "position", name=op.f("pk_cen_album_pictures")),
    )
    op.create_index(op.f("ix_cen_album_pictures_picture_id"), "cen_album_pictures", ["picture_id"])
