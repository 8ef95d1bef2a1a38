"""Fixtures for every test: a real PostgreSQL, and a real server process."""

from __future__ import annotations

from tests.postgres import database_url, postgres, postgres_url
from tests.servers import new_server

__all__ = ["database_url", "new_server", "postgres", "postgres_url"]
