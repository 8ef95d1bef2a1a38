"""The tables, for SQLite and PostgreSQL alike; the migrations build exactly these (a test compares).

`cen_cases`, `cen_versions`, `cen_log`, `cen_uploads`, `cen_keys`, `cen_people` and `cen_saved` are what is kept;
`cen_invitations` and `cen_sessions` end by themselves. `cen_facts*` and the full-text
index `cen_text` (`fulltext.py`) hold the published version of published cases only, taken apart for questions: what
is not published cannot be found. Times are whole milliseconds since 1970, UTC.

Pictures are the same once more: `cen_pictures`, `cen_picture_versions` and `cen_picture_log` are kept;
`cen_picture_facts`, `_codes` and `_bands` hold what is published. Their bytes lie elsewhere (`services.picture_files`).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Number = BigInteger().with_variant(Integer, "sqlite")
"""An INTEGER key is SQLite's own row number."""

cases = Table(
    "cen_cases",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("case_id", String(32), nullable=False),
    Column("member", String(2), nullable=False),
    Column("author", String, nullable=False),
    Column("editor", String, nullable=False),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("published", Integer),
    Column("source_key", String(64)),
    Column("upload", String(32), index=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    UniqueConstraint("case_id"),
    UniqueConstraint("member", "source_key"),
    Index("ix_cen_cases_worklist", "member", "state", "changed_ms"),
)

versions = Table(
    "cen_versions",
    metadata,
    Column("number", Number, ForeignKey("cen_cases.number"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("editor", String, nullable=False),
    Column("read_by", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

log = Table(
    "cen_log",
    metadata,
    Column("entry", Number, primary_key=True),
    Column("number", Number, ForeignKey("cen_cases.number"), nullable=False, index=True),
    Column("action", String(32), nullable=False),
    Column("officer", String, nullable=False),
    Column("member", String(2), nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

uploads = Table(
    "cen_uploads",
    metadata,
    Column("upload_id", String(32), primary_key=True),
    Column("member", String(2), nullable=False),
    Column("officer", String, nullable=False),
    Column("name", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("created", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("ix_cen_uploads_log", "member", "at_ms"),
)

keys = Table(
    "cen_keys",
    metadata,
    Column("officer", String, primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("case_id", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

people = Table(
    "cen_people",
    metadata,
    Column("officer", String(80), primary_key=True),
    Column("member", String(2), nullable=False, index=True),
    Column("region", String(16), nullable=False),
    Column("role", String(16), nullable=False),
    Column("level", String(16), nullable=False),
    Column("password", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("vouched_by", String(80), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

invitations = Table(
    "cen_invitations",
    metadata,
    Column("officer", String(80), ForeignKey("cen_people.officer"), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    UniqueConstraint("token_hash"),
)

sessions = Table(
    "cen_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("officer", String(80), ForeignKey("cen_people.officer"), nullable=False, index=True),
    Column("expires_ms", BigInteger, nullable=False),
)

saved = Table(
    "cen_saved",
    metadata,
    Column("saved_id", String(32), primary_key=True),
    Column("officer", String(80), nullable=False, index=True),
    Column("member", String(2), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(80), nullable=False),
    Column("condition", Text, nullable=False),
    Column("aim", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

facts = Table(
    "cen_facts",
    metadata,
    Column("number", Number, ForeignKey("cen_cases.number"), primary_key=True),
    Column("case_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("member", String(2), nullable=False, index=True),
    Column("country", String(2), nullable=False),
    Column("territory", String(16), nullable=False),
    Column("departure", String(2), nullable=False),
    Column("destination", String(2), nullable=False),
    Column("location_type", String(64), nullable=False),
    Column("location", String(5), nullable=False, index=True),
    Column("direction", String(64), nullable=False),
    Column("transport_mode", String(64), nullable=False),
    Column("conveyance_type", String(64), nullable=False),
    Column("traffic_type", String(64), nullable=False),
    Column("detection_method", String(64), nullable=False),
    Column("case_outcome", String(64), nullable=False),
    Column("operation_code", String(32), nullable=False, index=True),
    Column("form", String(16), nullable=False),
    Column("year", String(4), nullable=False),
    Column("month", String(7), nullable=False),
    Column("day", String(10), nullable=False),
    Column("published_ms", BigInteger, nullable=False, server_default="0", index=True),
    Index("ix_cen_facts_newest", "day", "case_id"),
    Index("ix_cen_facts_country", "country", "departure"),
    Index("ix_cen_facts_departure", "departure", "destination"),
)

goods = Table(
    "cen_facts_goods",
    metadata,
    Column("number", Number, ForeignKey("cen_facts.number"), primary_key=True),
    Column("line", SmallInteger, primary_key=True, autoincrement=False),
    Column("heading", String(64), nullable=False),
    Column("product", String(64), nullable=False),
    Column("species", String(128), nullable=False, index=True),
    Column("unit", String(64), nullable=False),
    Column("amount_whole", BigInteger),
    Column("amount_pico", BigInteger),
    Column("amount_rest", BigInteger),
    Column("currency", String(3), nullable=False),
    Column("value_whole", BigInteger),
    Column("value_pico", BigInteger),
    Column("value_rest", BigInteger),
    Index("ix_cen_facts_goods_product", "heading", "product"),
    Index("ix_cen_facts_goods_amount", "unit", "amount_whole"),
)

codes = Table(
    "cen_facts_codes",
    metadata,
    Column("number", Number, ForeignKey("cen_facts.number"), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("code", String(64), primary_key=True),
    Index("ix_cen_facts_codes_code", "kind", "code"),
)

route = Table(
    "cen_facts_route",
    metadata,
    Column("number", Number, ForeignKey("cen_facts.number"), primary_key=True),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("part", String(16), nullable=False),
    Column("country", String(2), nullable=False),
    Column("location", String(5), nullable=False),
    Index("ix_cen_facts_route_country", "country", "position"),
)

pictures = Table(
    "cen_pictures",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("picture_id", String(32), nullable=False),
    Column("member", String(2), nullable=False),
    Column("author", String, nullable=False),
    Column("editor", String, nullable=False),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("published", Integer),
    Column("sha256", String(64), nullable=False),
    Column("dhash", String(16), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("erased", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    UniqueConstraint("picture_id"),
    Index("ix_cen_pictures_worklist", "member", "state", "changed_ms"),
    Index("ix_cen_pictures_erased", "state", "erased"),
)

picture_versions = Table(
    "cen_picture_versions",
    metadata,
    Column("number", Number, ForeignKey("cen_pictures.number"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("case_id", String(32), nullable=False, index=True),
    Column("counterpart", String(32), nullable=False, index=True),
    Column("editor", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

picture_log = Table(
    "cen_picture_log",
    metadata,
    Column("entry", Number, primary_key=True),
    Column("number", Number, ForeignKey("cen_pictures.number"), nullable=False, index=True),
    Column("action", String(32), nullable=False),
    Column("officer", String, nullable=False),
    Column("member", String(2), nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

picture_facts = Table(
    "cen_picture_facts",
    metadata,
    Column("number", Number, ForeignKey("cen_pictures.number"), primary_key=True),
    Column("picture_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("member", String(2), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("heading", String(64), nullable=False),
    Column("product", String(64), nullable=False),
    Column("conveyance_type", String(64), nullable=False, index=True),
    Column("detection_method", String(64), nullable=False),
    Column("dhash", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_cen_picture_facts_newest", "at_ms", "picture_id"),
    Index("ix_cen_picture_facts_goods", "heading", "product"),
)

picture_codes = Table(
    "cen_picture_codes",
    metadata,
    Column("number", Number, ForeignKey("cen_picture_facts.number"), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("code", String(64), primary_key=True),
    Index("ix_cen_picture_codes_code", "kind", "code"),
)

picture_bands = Table(
    "cen_picture_bands",
    metadata,
    Column("band", SmallInteger, primary_key=True, autoincrement=False),
    Column("value", Integer, primary_key=True, autoincrement=False),
    Column("number", Number, ForeignKey("cen_picture_facts.number"), primary_key=True, index=True),
)

albums = Table(
    "cen_albums",
    metadata,
    Column("album_id", String(32), primary_key=True),
    Column("officer", String(80), nullable=False, index=True),
    Column("member", String(2), nullable=False),
    Column("title", String(120), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

album_pictures = Table(
    "cen_album_pictures",
    metadata,
    Column("album_id", String(32), ForeignKey("cen_albums.album_id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("picture_id", String(32), nullable=False, index=True),
)
