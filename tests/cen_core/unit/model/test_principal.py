"""A principal says who asks, and no more than it was given."""

from __future__ import annotations

import pytest

from cen_core.model.principal import Level, Principal, Role


def test_principal_is_an_officer_unless_it_says_otherwise() -> None:
    assert Principal("KE", Level.LIMITED).role is Role.OFFICER


def test_principal_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Principal("KE", Level.LIMITED).level = Level.UNLIMITED  # type: ignore[misc]
