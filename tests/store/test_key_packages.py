"""The directory of key packages, on both databases."""

from __future__ import annotations

from tests.unit.accounts.test_key_packages import TestTake, TestUpload

__all__ = ["TestTake", "TestUpload"]
