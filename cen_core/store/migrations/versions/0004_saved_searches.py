"""Watch lists and risk indicators, and since when each published case can be found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cen_saved",
        sa.Column("saved_id", sa.String(length=32), nullable=False),
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("aim", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("saved_id", name=op.f("pk_cen_saved")),
    )
    op.create_index(op.f("ix_cen_saved_officer"), "cen_saved", ["officer"], unique=False)
    op.add_column("cen_facts", sa.Column("published_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE cen_facts SET published_ms = "
        "(SELECT changed_ms FROM cen_cases WHERE cen_cases.number = cen_facts.number)"
    )
    op.create_index(op.f("ix_cen_facts_published_ms"), "cen_facts", ["published_ms"], unique=False)
