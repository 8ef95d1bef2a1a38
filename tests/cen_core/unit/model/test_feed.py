"""An address of feeds never shows its token."""

from __future__ import annotations

from cen_core.model.feed import Feed


def test_it_holds_a_hash_only() -> None:
    assert set(Feed.__dataclass_fields__) == {"officer", "token_hash", "created_ms"}
