"""What the tables promise: names, and no column that could hold a secret in clear."""

from __future__ import annotations

from cencomm.store import tables


def test_every_table_has_a_primary_key() -> None:
    assert all(table.primary_key.columns for table in tables.metadata.sorted_tables)


def test_passwords_tokens_and_codes_are_hashes_only() -> None:
    columns = {column.name for table in tables.metadata.sorted_tables for column in table.columns}
    assert {"token_hash", "code_hash", "verifier_digest"} <= columns
    assert not columns & {"password", "token", "invitation_code", "authentication_key"}


def test_times_say_their_unit() -> None:
    times = [c.name for t in tables.metadata.sorted_tables for c in t.columns if c.name.endswith(("_at", "_time"))]
    assert times == []
