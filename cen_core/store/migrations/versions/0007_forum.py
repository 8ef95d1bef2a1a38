"""The forum: proposals, answers, votes, and what the management team did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cen_proposals",
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_cen_proposals")),
    )
    of_proposal = ["cen_proposals.proposal_id"]
    op.create_table(
        "cen_answers",
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], of_proposal, name=op.f("fk_cen_answers_proposal_id")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_cen_answers")),
    )
    op.create_index("ix_cen_answers_thread", "cen_answers", ["proposal_id", "at_ms"], unique=False)
    op.create_table(
        "cen_votes",
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], of_proposal, name=op.f("fk_cen_votes_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "officer", name=op.f("pk_cen_votes")),
    )
    op.create_table(
        "cen_forum_log",
        sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], of_proposal, name=op.f("fk_cen_forum_log_proposal_id")),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_cen_forum_log")),
    )
    op.create_index(op.f("ix_cen_forum_log_proposal_id"), "cen_forum_log", ["proposal_id"], unique=False)
