"""How much a test does where more of it takes longer: enough to fail for what it is about in CI, all of it in `make soak`."""

from __future__ import annotations

import os

VARIABLE = "CENCOMM_TESTS"


def effort(short: int, full: int) -> int:
    """`full` where the environment says CENCOMM_TESTS=full, else `short`."""
    return full if os.environ.get(VARIABLE) == "full" else short
