"""Who may sign in: people, invitations, sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cen_people",
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("vouched_by", sa.String(length=80), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("officer", name=op.f("pk_cen_people")),
    )
    op.create_index(op.f("ix_cen_people_member"), "cen_people", ["member"], unique=False)
    op.create_table(
        "cen_invitations",
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["cen_people.officer"], name=op.f("fk_cen_invitations_officer")),
        sa.PrimaryKeyConstraint("officer", name=op.f("pk_cen_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_cen_invitations_token_hash")),
    )
    op.create_table(
        "cen_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["cen_people.officer"], name=op.f("fk_cen_sessions_officer")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_cen_sessions")),
    )
    op.create_index(op.f("ix_cen_sessions_officer"), "cen_sessions", ["officer"], unique=False)
