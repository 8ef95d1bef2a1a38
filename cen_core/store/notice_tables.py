"""The tables of CWS. `cen_text_notices` (`fulltext.py`) holds the published version of published notices only."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from cen_core.store.tables import Number, metadata

notices = Table(
    "cen_notices",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("notice_id", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("owner", String(32), nullable=False),
    Column("author", String(80), nullable=False),
    Column("editor", String(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("published", Integer),
    Column("first_ms", BigInteger),
    Column("approved_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    UniqueConstraint("notice_id"),
    Index("ix_cen_notices_newest", "approved_ms", "notice_id"),
    Index("ix_cen_notices_worklist", "owner", "state", "changed_ms"),
)

versions = Table(
    "cen_notice_versions",
    metadata,
    Column("number", Number, ForeignKey("cen_notices.number"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("editor", String(80), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

log = Table(
    "cen_notice_log",
    metadata,
    Column("entry", Number, primary_key=True),
    Column("number", Number, ForeignKey("cen_notices.number"), nullable=False, index=True),
    Column("action", String(32), nullable=False),
    Column("officer", String(80), nullable=False),
    Column("member", String(2), nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

files = Table(
    "cen_notice_files",
    metadata,
    Column("file_id", String(32), primary_key=True),
    Column("number", Number, ForeignKey("cen_notices.number"), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""What is attached to notices. Name and kind stand in the versions that have it."""

feeds = Table(
    "cen_feeds",
    metadata,
    Column("officer", String(80), ForeignKey("cen_people.officer"), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("token_hash"),
)
