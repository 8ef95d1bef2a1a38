"""The concealment pictures: heads, versions, log, and what is published of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE cen_picture_numbers")
    _pictures()
    _versions()
    _log()
    _facts()


def _pictures() -> None:
    op.create_table(
        "cen_pictures",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("picture_id", sa.String(length=32), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("dhash", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cen_pictures")),
        sa.UniqueConstraint("picture_id", name=op.f("uq_cen_pictures_picture_id")),
    )
    op.create_index("ix_cen_pictures_worklist", "cen_pictures", ["member", "state", "changed_ms"])
    op.create_index("ix_cen_pictures_erased", "cen_pictures", ["state", "erased"])


def _versions() -> None:
    table = "cen_picture_versions"
    op.create_table(
        table,
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("counterpart", sa.String(length=32), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_pictures.number"], name=op.f("fk_cen_picture_versions_number")),
        sa.PrimaryKeyConstraint("number", "version", name=op.f("pk_cen_picture_versions")),
    )
    op.create_index(op.f("ix_cen_picture_versions_case_id"), table, ["case_id"])
    op.create_index(op.f("ix_cen_picture_versions_counterpart"), table, ["counterpart"])


def _log() -> None:
    op.create_table(
        "cen_picture_log",
        sa.Column("entry", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_pictures.number"], name=op.f("fk_cen_picture_log_number")),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_cen_picture_log")),
    )
    op.create_index(op.f("ix_cen_picture_log_number"), "cen_picture_log", ["number"])


def _facts() -> None:
    table = "cen_picture_facts"
    op.create_table(
        table,
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("picture_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("heading", sa.String(length=64), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column("conveyance_type", sa.String(length=64), nullable=False),
        sa.Column("detection_method", sa.String(length=64), nullable=False),
        sa.Column("dhash", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cen_pictures.number"], name=op.f("fk_cen_picture_facts_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cen_picture_facts")),
    )
    op.create_index("ix_cen_picture_facts_newest", table, ["at_ms", "picture_id"])
    op.create_index("ix_cen_picture_facts_goods", table, ["heading", "product"])
    op.create_index(op.f("ix_cen_picture_facts_member"), table, ["member"])
    op.create_index(op.f("ix_cen_picture_facts_conveyance_type"), table, ["conveyance_type"])
    op.create_table(
        "cen_picture_codes",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["number"], [f"{table}.number"], name=op.f("fk_cen_picture_codes_number")),
        sa.PrimaryKeyConstraint("number", "kind", "code", name=op.f("pk_cen_picture_codes")),
    )
    op.create_index("ix_cen_picture_codes_code", "cen_picture_codes", ["kind", "code"])
    op.create_table(
        "cen_picture_bands",
        sa.Column("band", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["number"], [f"{table}.number"], name=op.f("fk_cen_picture_bands_number")),
        sa.PrimaryKeyConstraint("band", "value", "number", name=op.f("pk_cen_picture_bands")),
    )
    op.create_index(op.f("ix_cen_picture_bands_number"), "cen_picture_bands", ["number"])
