"""Who does not want to be shown as being on line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hidden_officers",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_hidden_officers_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_hidden_officers")),
    )
