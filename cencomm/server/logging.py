"""Structured logs: one JSON object a line, ids and codes only, never answers, tokens, keys or addresses with accounts.

Every line passes `hide_secrets`, whoever wrote it, uvicorn and SQLAlchemy included. An exception is logged by its type
and the places it came through, never by its message: a message may quote what was sent.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final

import structlog
from structlog.typing import EventDict, Processor

from cencomm.errors import DomainError

PLAIN_KEYS: Final = frozenset({"event", "level", "timestamp", "logger", "fault", "places", "code"})
SECRET_WORDS: Final = (
    "answer", "authorization", "body", "code_hash", "content", "cookie", "digest", "invitation_code", "kdf",
    "key", "mac", "password", "plaintext", "proof", "secret", "seed", "text", "token", "url", "verifier", "wraps",
)  # fmt: skip
HIDDEN: Final = "…"
MAX_VALUE: Final = 300
MAX_PLACES: Final = 30


def hide_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Whatever is named like a secret, or is not a plain short value, is hidden."""
    return {key: value if key in PLAIN_KEYS else _shown(key, value) for key, value in event.items()}


def _shown(key: str, value: object) -> object:
    lowered = key.lower()
    if any(word in lowered for word in SECRET_WORDS):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, DomainError):
        return value.code
    if isinstance(value, str):
        return value if len(value) <= MAX_VALUE else HIDDEN
    return HIDDEN


def without_messages(_logger: object, _method: str, event: EventDict) -> EventDict:
    """An exception as its type and places."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    event.pop("stack_info", None)
    if isinstance(error, BaseException):
        event["fault"], event["places"] = type(error).__name__, places(error.__traceback__)
    return event


def places(trace: TracebackType | None) -> list[str]:
    """Where an exception came through, outermost first."""
    frames = traceback.extract_tb(trace)[-MAX_PLACES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def configure(level: str) -> None:
    """Send every log of the process to standard error as JSON lines, at `level` and above."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_messages,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # lines with addresses and paths; a proxy keeps them if wanted
    for name in ("aiosqlite", "asyncio", "websockets", "uvicorn", "alembic"):
        logging.getLogger(name).setLevel(max(logging.getLogger().level, logging.WARNING))


def log_fault(error: BaseException, **where: str) -> None:
    """A fault on our side: its type and places, and where it happened."""
    details: Mapping[str, object] = {"fault": type(error).__name__, "places": places(error.__traceback__), **where}
    structlog.get_logger("cencomm.server").error("fault", **details)
