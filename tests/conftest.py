"""Fixtures for every test: a real PostgreSQL, and a real server process."""

from __future__ import annotations

from tests.postgres import database_url, postgres, postgres_url

__all__ = ["database_url", "postgres", "postgres_url"]
