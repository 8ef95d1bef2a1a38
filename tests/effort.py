"""How much a long test does: in CI enough to fail for what it is about, in `make soak` all of it."""

from __future__ import annotations

import os

VARIABLE = "CENCOMM_TESTS"


def effort(short: int, full: int) -> int:
    """`full` where the environment says CENCOMM_TESTS=full, else `short`."""
    return full if os.environ.get(VARIABLE) == "full" else short
