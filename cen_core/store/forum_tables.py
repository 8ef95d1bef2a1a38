"""The tables of the forum. Nothing in them is ever changed but what the management team says and hides."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from cen_core.store.tables import Number, metadata

proposals = Table(
    "cen_proposals",
    metadata,
    Column("proposal_id", String(32), primary_key=True),
    Column("author", String(80), nullable=False),
    Column("owner", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("title", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

answers = Table(
    "cen_answers",
    metadata,
    Column("answer_id", String(32), primary_key=True),
    Column("proposal_id", String(32), ForeignKey("cen_proposals.proposal_id"), nullable=False),
    Column("author", String(80), nullable=False),
    Column("owner", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("body", Text, nullable=False),
    Column("official", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_cen_answers_thread", "proposal_id", "at_ms"),
)

votes = Table(
    "cen_votes",
    metadata,
    Column("proposal_id", String(32), ForeignKey("cen_proposals.proposal_id"), primary_key=True),
    Column("officer", String(80), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)

forum_log = Table(
    "cen_forum_log",
    metadata,
    Column("entry", Number, primary_key=True),
    Column("proposal_id", String(32), ForeignKey("cen_proposals.proposal_id"), nullable=False, index=True),
    Column("answer_id", String(32), nullable=False),
    Column("action", String(16), nullable=False),
    Column("officer", String(80), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
