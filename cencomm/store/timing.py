"""Times every statement off the message path; the message path is timed batch by batch (`log_writer`)."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from cencomm import measures

_BEGAN = "cencomm_began"


def time_statements(engine: AsyncEngine) -> None:
    """From now on each statement of `engine` is counted with its duration; what it says is not looked at."""
    event.listen(engine.sync_engine, "before_cursor_execute", _before)
    event.listen(engine.sync_engine, "after_cursor_execute", _after)


def _before(connection: Any, *_statement: object) -> None:
    connection.info[_BEGAN] = time.monotonic()


def _after(connection: Any, *_statement: object) -> None:
    measures.DATABASE_SECONDS.observe(time.monotonic() - connection.info[_BEGAN])
