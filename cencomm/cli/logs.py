"""What the client notes for those who look for a fault: to stderr, and only when CENCOMM_LOG asks for it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

import structlog

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(environ: Mapping[str, str]) -> None:
    """Nothing, unless the environment asks for it; never to stdout, which belongs to the result."""
    level = _LEVELS.get(environ.get("CENCOMM_LOG", ""), logging.CRITICAL)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
