"""Devices and revocation lists, on both databases."""

from __future__ import annotations

from tests.unit.accounts.test_devices import TestRegister, TestRevoke
from tests.unit.accounts.test_revocations import TestPublish, TestWhatItEnds

__all__ = ["TestPublish", "TestRegister", "TestRevoke", "TestWhatItEnds"]
