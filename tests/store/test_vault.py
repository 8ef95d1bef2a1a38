"""The vault, on both databases."""

from __future__ import annotations

from tests.unit.accounts.test_vault import TestChangePassword, TestItems, TestWraps

__all__ = ["TestChangePassword", "TestItems", "TestWraps"]
