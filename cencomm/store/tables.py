"""The tables, for SQLite and PostgreSQL alike; the migrations build exactly these (a test compares).

Times are whole milliseconds since 1970, UTC. What a row holds of a member's content is sealed; what it holds of a
password, token or invitation is a hash.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
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

deployment = Table(
    "deployment",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("deployment_id", LargeBinary, nullable=False),
    Column("root_public_key", LargeBinary, nullable=False),
    Column("name", String, nullable=False),
    Column("disguise_key", LargeBinary, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("display_name", String, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("invited_by", String, nullable=False, index=True),
    Column("expires_ms", BigInteger, nullable=False),
    Column("redeemed", Boolean, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("administration", String, nullable=False),
    Column("display_name", String, nullable=False),
    Column("kdf_salt", LargeBinary, nullable=False),
    Column("kdf_ops_limit", BigInteger, nullable=False),
    Column("kdf_memory_bytes", BigInteger, nullable=False),
    Column("verifier_salt", LargeBinary, nullable=False),
    Column("verifier_digest", LargeBinary, nullable=False),
    Column("recovery_salt", LargeBinary),
    Column("recovery_digest", LargeBinary),
    Column("wraps", LargeBinary, nullable=False),
    Column("wraps_version", BigInteger, nullable=False),
    Column("certificate_request", LargeBinary),
    Column("request_mac", LargeBinary),
    Column("enrolled_ms", BigInteger, nullable=False),
    Column("certificate", LargeBinary),
    Index("ix_accounts_administration", "administration", "account_id"),
)

hidden_officers = Table(
    "hidden_officers",
    metadata,
    Column("account_id", String, ForeignKey("accounts.account_id"), primary_key=True),
)
"""Who does not want to be shown as being on line."""

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", String, ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("method", String, nullable=False),
    Column("device_id", String, index=True),
    Column("expires_ms", BigInteger, nullable=False, index=True),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("subject", String, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("locked_until_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False, index=True),
)

devices = Table(
    "devices",
    metadata,
    Column("device_id", String, primary_key=True),
    Column("account_id", String, ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("registered_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)

revocation_lists = Table(
    "revocation_lists",
    metadata,
    Column("issuer", String, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    Column("published_ms", BigInteger, nullable=False),
)

key_packages = Table(
    "key_packages",
    metadata,
    Column("reference", LargeBinary, primary_key=True),
    Column("device_id", String, ForeignKey("devices.device_id"), nullable=False),
    Column("data", LargeBinary),  # NULL once handed out: the reference stays, so that it is never taken again
    Column("last_resort", Boolean, nullable=False),
    Column("not_after_s", BigInteger, nullable=False),
    Column("uploaded_ms", BigInteger, nullable=False),
    Index("ix_key_packages_device", "device_id", "last_resort", "uploaded_ms"),
)

vault_items = Table(
    "vault_items",
    metadata,
    Column("account_id", String, ForeignKey("accounts.account_id"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", LargeBinary, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("account_id", "item_id", "version"),
)

cugs = Table(
    "cugs",
    metadata,
    Column("cug_id", LargeBinary, primary_key=True),
    Column("state", String, nullable=False),
    Column("group_id", LargeBinary, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_time_ms", BigInteger, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
)
"""One narrow row per CUG, locked by whoever assigns a `seq`."""

group_states = Table(
    "group_states",
    metadata,
    Column("cug_id", LargeBinary, ForeignKey("cugs.cug_id"), primary_key=True),
    Column("group_id", LargeBinary, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("server_time_ms", BigInteger, nullable=False),
    Column("public_group", LargeBinary, nullable=False),
    Column("group_info", LargeBinary, nullable=False),
)
"""The newest epoch of each CUG, public state only; older ones follow from the log."""

commits = Table(
    "commits",
    metadata,
    Column("group_id", LargeBinary, primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("cug_id", LargeBinary, ForeignKey("cugs.cug_id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""One commit per (group, epoch), whatever else goes wrong; epoch -1 is the start of the group."""

members = Table(
    "members",
    metadata,
    Column("cug_id", LargeBinary, ForeignKey("cugs.cug_id"), primary_key=True),
    Column("account_id", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("admitted_seq", BigInteger, nullable=False),
    Column("removed_seq", BigInteger),
    Index("ix_members_account", "account_id", "cug_id"),
)

events = Table(
    "events",
    metadata,
    Column("cug_id", LargeBinary, ForeignKey("cugs.cug_id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("server_time_ms", BigInteger, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("sender", String, nullable=False),
    Column("client_ref", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("event_hash", LargeBinary),
    UniqueConstraint("cug_id", "sender", "client_ref"),
)

welcomes = Table(
    "welcomes",
    metadata,
    Column("cug_id", LargeBinary, ForeignKey("cugs.cug_id"), primary_key=True),
    Column("device_id", String, primary_key=True),
    Column("group_id", LargeBinary, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("key_package_ref", LargeBinary, nullable=False),
    Column("welcome", LargeBinary, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("cug_id", LargeBinary, ForeignKey("cugs.cug_id"), primary_key=True),
    Column("file_hash", LargeBinary, primary_key=True),
    Column("length", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
    Index("ix_files_hash", "file_hash"),
)
"""Encrypted files that are whole, by the hash of their ciphertext, which lies in the storage for files once."""

uploads = Table(
    "uploads",
    metadata,
    Column("upload_id", LargeBinary, primary_key=True),
    Column("cug_id", LargeBinary, ForeignKey("cugs.cug_id"), nullable=False),
    Column("device_id", String, nullable=False),
    Column("file_hash", LargeBinary, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("received", Integer, nullable=False),
    Column("touched_ms", BigInteger, nullable=False, index=True),
    UniqueConstraint("cug_id", "device_id", "file_hash"),
)

file_totals = Table(
    "file_totals",
    metadata,
    Column("cug_id", LargeBinary, ForeignKey("cugs.cug_id"), primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)
"""What the files of each CUG take, those under way included: changed by one statement, so that it never passes the
bound."""
