"""Fixtures for every test: a real PostgreSQL, a real Redis, and a real server process."""

from __future__ import annotations

from tests.postgres import database_url, postgres, postgres_url
from tests.redis_server import mortal_redis, redis_url
from tests.servers import new_server

__all__ = ["database_url", "mortal_redis", "new_server", "postgres", "postgres_url", "redis_url"]
