"""`cencomm.main` with a wall clock that a test moves while the process runs: by the milliseconds that a file holds.

    CENCOMM_TEST_CLOCK=/path/to/shift  python -m tests.soak.shifted_server

Only what is read through `time` is moved, which is all that the server reads. The monotonic clock goes on evenly, as a
real one does when somebody sets the time.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cencomm import main as server

VARIABLE = "CENCOMM_TEST_CLOCK"
_SHIFT = struct.Struct("<q")


class Shift:
    """The file with the milliseconds by which one process's clock is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set(0)

    def set(self, milliseconds: int) -> None:
        """In place: the process has the file mapped."""
        with self.path.open("r+b" if self.path.exists() else "xb") as file:
            file.write(_SHIFT.pack(milliseconds))


def shift_of(path: Path) -> Callable[[], int]:
    """Reads the milliseconds as they are now."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), _SHIFT.size, prot=mmap.PROT_READ)
    return lambda: int(_SHIFT.unpack_from(mapped)[0])


def main() -> int:
    shift_ms, true_ns = shift_of(Path(os.environ[VARIABLE])), time.time_ns
    time.time_ns = lambda: true_ns() + shift_ms() * 1_000_000
    time.time = lambda: time.time_ns() / 1e9
    return server.main()


if __name__ == "__main__":
    sys.exit(main())
