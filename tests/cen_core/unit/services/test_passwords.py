"""Passwords at rest."""

from __future__ import annotations

import pytest

from cen_core.errors import PasswordWeak
from cen_core.services.passwords import MAX_PASSWORD, MIN_PASSWORD
from tests.cen_core.unit.edge.web import PASSWORD, quick_passwords


async def test_a_password_fits_its_own_hash_and_no_other() -> None:
    passwords = quick_passwords()
    kept = await passwords.hashed(PASSWORD, "KE/otieno")
    assert PASSWORD not in kept
    assert kept.startswith("argon2id$1$")
    assert await passwords.fits(PASSWORD, kept)
    assert not await passwords.fits(PASSWORD + " ", kept)
    assert await passwords.hashed(PASSWORD, "KE/otieno") != kept  # another salt


@pytest.mark.parametrize("kept", ["", "argon2id", "scrypt$1$8192$AAAA$AAAA", "argon2id$x$8192$AAAA$AAAA"])
async def test_nothing_fits_where_nothing_readable_is_kept(kept: str) -> None:
    assert not await quick_passwords().fits(PASSWORD, kept)


@pytest.mark.parametrize("weak", ["", "x" * (MIN_PASSWORD - 1), "x" * (MAX_PASSWORD + 1), "KE/Otieno-Odhiambo"])
async def test_what_is_short_long_or_the_own_name_is_refused(weak: str) -> None:
    with pytest.raises(PasswordWeak):
        await quick_passwords().hashed(weak, "KE/otieno-odhiambo")


async def test_a_password_longer_than_any_is_not_even_tried() -> None:
    assert not await quick_passwords().fits("x" * (MAX_PASSWORD + 1), "")
