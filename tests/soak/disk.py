"""A disk that a test can fill: a tmpfs of its own, made as small as what is on it, so that every write finds ENOSPC.

Mounting needs root. Without it the process under test is forbidden to let any file grow (RLIMIT_FSIZE): its writes fail
with EFBIG instead, which SQLite takes for a failing disk. `kind` says which of the two it was.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

LARGE = "8g"
PAGE_BYTES = 4096
TRIES = 200
NOTHING_GROWS = 0


class Disk(Protocol):
    """Filled and freed as often as one likes."""

    @property
    def kind(self) -> str: ...
    def fill(self) -> None: ...
    def free(self) -> None: ...


class OwnFileSystem:
    """A tmpfs; its memory is given back when it is unmounted."""

    kind = "disk full"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self) -> None:
        """What is written meanwhile may need a page more than was counted: asked again, with one page more."""
        for extra in range(TRIES):
            if self._resize(str(shutil.disk_usage(self._folder).used + extra * PAGE_BYTES)):
                return
        raise RuntimeError("the file system could not be made smaller")

    def free(self) -> None:
        if not self._resize(LARGE):
            raise RuntimeError("the file system could not be made larger")

    def _resize(self, size: str) -> bool:
        command = ["mount", "-o", f"remount,size={size}", str(self._folder)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


class ForbiddenGrowth:
    """No file of the process may grow; `process_id` gives the one that runs now."""

    kind = "disk full (no file may grow)"

    def __init__(self, process_id: Callable[[], int | None]) -> None:
        self._process_id = process_id

    def fill(self) -> None:
        self._limit(NOTHING_GROWS)

    def free(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        process_id = self._process_id()
        if process_id is not None:
            with contextlib.suppress(ProcessLookupError):
                _, hard = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
                resource.prlimit(process_id, resource.RLIMIT_FSIZE, (size, hard))


@contextmanager
def own_file_system(folder: Path) -> Iterator[OwnFileSystem | None]:
    """`folder` (made here) on a tmpfs of its own until the block ends; None where we may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    if not _mount(folder):
        yield None
        return
    try:
        yield OwnFileSystem(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


def _mount(folder: Path) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={LARGE},mode=0755", "cencomm-test", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
