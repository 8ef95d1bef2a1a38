"""Fixtures for every test: a real PostgreSQL, a real Redis, and a real server process."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import database_url, postgres, postgres_url
from tests.redis_server import mortal_redis, redis_url
from tests.s3_server import s3_address
from tests.servers import new_server

__all__ = ["database_url", "mortal_redis", "new_server", "postgres", "postgres_url", "redis_url", "s3_address"]

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not os.environ.get("CI"):  # there Hypothesis takes its own, which depends on no speed either
    settings.load_profile("here")


class FailuresAtOnce:
    """Prints a failure when it happens: a run that is stopped before its summary has still said what failed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.write_line(f"\nFAILED {report.nodeid} ({report.when}, {report.duration:.0f} s)")
            terminal.write_line(report.longreprtext[-4000:])


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the process that prints, not one that runs tests for it
        config.pluginmanager.register(FailuresAtOnce(config))
