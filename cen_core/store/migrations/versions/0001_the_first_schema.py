"""The first schema of the core."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cen_core.store.fulltext import CASES, create_postgres, create_sqlite

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cen_cases",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("source_key", sa.String(length=64), nullable=True),
        sa.Column("upload", sa.String(length=32), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cen_cases")),
        sa.UniqueConstraint("case_id", name=op.f("uq_cen_cases_case_id")),
        sa.UniqueConstraint("member", "source_key", name=op.f("uq_cen_cases_member")),
    )
    op.create_index(op.f("ix_cen_cases_upload"), "cen_cases", ["upload"], unique=False)
    op.create_index("ix_cen_cases_worklist", "cen_cases", ["member", "state", "changed_ms"], unique=False)
    op.create_table(
        "cen_keys",
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("officer", "key", name=op.f("pk_cen_keys")),
    )
    op.create_table(
        "cen_uploads",
        sa.Column("upload_id", sa.String(length=32), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_cen_uploads")),
    )
    op.create_index("ix_cen_uploads_log", "cen_uploads", ["member", "at_ms"], unique=False)
    op.create_table(
        "cen_facts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("territory", sa.String(length=16), nullable=False),
        sa.Column("departure", sa.String(length=2), nullable=False),
        sa.Column("destination", sa.String(length=2), nullable=False),
        sa.Column("location_type", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=5), nullable=False),
        sa.Column("direction", sa.String(length=64), nullable=False),
        sa.Column("transport_mode", sa.String(length=64), nullable=False),
        sa.Column("conveyance_type", sa.String(length=64), nullable=False),
        sa.Column("traffic_type", sa.String(length=64), nullable=False),
        sa.Column("detection_method", sa.String(length=64), nullable=False),
        sa.Column("case_outcome", sa.String(length=64), nullable=False),
        sa.Column("operation_code", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("year", sa.String(length=4), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_cases.number"], name=op.f("fk_cen_facts_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cen_facts")),
    )
    op.create_index("ix_cen_facts_country", "cen_facts", ["country", "departure"], unique=False)
    op.create_index("ix_cen_facts_departure", "cen_facts", ["departure", "destination"], unique=False)
    op.create_index(op.f("ix_cen_facts_location"), "cen_facts", ["location"], unique=False)
    op.create_index(op.f("ix_cen_facts_member"), "cen_facts", ["member"], unique=False)
    op.create_index("ix_cen_facts_newest", "cen_facts", ["day", "case_id"], unique=False)
    op.create_index(op.f("ix_cen_facts_operation_code"), "cen_facts", ["operation_code"], unique=False)
    op.create_table(
        "cen_log",
        sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_cases.number"], name=op.f("fk_cen_log_number")),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_cen_log")),
    )
    op.create_index(op.f("ix_cen_log_number"), "cen_log", ["number"], unique=False)
    op.create_table(
        "cen_versions",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("read_by", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_cases.number"], name=op.f("fk_cen_versions_number")),
        sa.PrimaryKeyConstraint("number", "version", name=op.f("pk_cen_versions")),
    )
    op.create_table(
        "cen_facts_codes",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_facts.number"], name=op.f("fk_cen_facts_codes_number")),
        sa.PrimaryKeyConstraint("number", "kind", "code", name=op.f("pk_cen_facts_codes")),
    )
    op.create_index("ix_cen_facts_codes_code", "cen_facts_codes", ["kind", "code"], unique=False)
    op.create_table(
        "cen_facts_goods",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("heading", sa.String(length=64), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column("species", sa.String(length=128), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("amount_whole", sa.BigInteger(), nullable=True),
        sa.Column("amount_pico", sa.BigInteger(), nullable=True),
        sa.Column("amount_rest", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("value_whole", sa.BigInteger(), nullable=True),
        sa.Column("value_pico", sa.BigInteger(), nullable=True),
        sa.Column("value_rest", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["cen_facts.number"], name=op.f("fk_cen_facts_goods_number")),
        sa.PrimaryKeyConstraint("number", "line", name=op.f("pk_cen_facts_goods")),
    )
    op.create_index("ix_cen_facts_goods_amount", "cen_facts_goods", ["unit", "amount_whole"], unique=False)
    op.create_index("ix_cen_facts_goods_product", "cen_facts_goods", ["heading", "product"], unique=False)
    op.create_index(op.f("ix_cen_facts_goods_species"), "cen_facts_goods", ["species"], unique=False)
    op.create_table(
        "cen_facts_route",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("location", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_facts.number"], name=op.f("fk_cen_facts_route_number")),
        sa.PrimaryKeyConstraint("number", "position", name=op.f("pk_cen_facts_route")),
    )
    op.create_index("ix_cen_facts_route_country", "cen_facts_route", ["country", "position"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE cen_case_numbers")
        for statement in create_postgres(CASES):
            op.execute(statement)
    else:
        op.execute(create_sqlite(CASES))
