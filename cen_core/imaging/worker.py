"""Cleans pictures in a process of its own for each: bounded in memory, processor time, clock time and files.

A decoder is large and old code that reads what a stranger sent. Whatever happens to it happens there: the process knows
no database, no key and no network address of ours, and ends with its picture.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from cen_core.errors import PictureRefused
from cen_core.model.picture_query import BITS
from cen_core.services.picture_files import SIZES, Cleaned

PROGRAM: Final = Path(__file__).with_name("clean.py")
MAX_SECONDS: Final = 30
MAX_CPU_SECONDS: Final = 20
MAX_MEMORY: Final = 1536 * 1024 * 1024
"""Address space: forty million pixels in colour, a few times over."""
MAX_ANSWER: Final = 64 * 1024 * 1024
AT_ONCE: Final = 2
"""Pictures that are decoded at the same time; others wait."""
CRASHED: Final = 1
"""How Python ends after an error that nobody expected; a process that reached a bound is killed."""
_JPEG: Final = b"\xff\xd8\xff"
_BOUNDS: Final = f"""
import resource, runpy, sys
for name, bound in (("AS", {MAX_MEMORY}), ("CPU", {MAX_CPU_SECONDS}), ("FSIZE", 0), ("NOFILE", 64), ("CORE", 0)):
    if name != "AS" or sys.platform == "linux":
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (bound, bound))
runpy.run_path({str(PROGRAM)!r}, run_name="__main__")
"""


class PictureCleaner:
    """One for each server process."""

    def __init__(self, *, seconds: float = MAX_SECONDS, command: Sequence[str] | None = None) -> None:
        self._seconds = seconds
        self._command = tuple(command or (sys.executable, "-I", "-B", "-c", _BOUNDS))
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def clean(self, sent: bytes) -> Cleaned:
        """Raises PictureRefused."""
        async with self._turn:
            answer = await self._answer(sent)
        return _cleaned(answer)

    async def _answer(self, sent: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
        )
        try:
            answer, _ = await asyncio.wait_for(process.communicate(sent), self._seconds)
        except TimeoutError:
            raise PictureRefused(reason="too_heavy") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise PictureRefused(reason="damaged" if process.returncode == CRASHED else "too_heavy")
        return answer


def _cleaned(answer: bytes) -> Cleaned:
    """What the process said, believed no further than its shape. Raises PictureRefused."""
    line, _, files = answer.partition(b"\n")
    try:
        said: Any = json.loads(line)
        if "refused" in said:
            raise PictureRefused(reason=str(said["refused"])[:16])
        lengths = [int(length) for length in said["lengths"]]
        width, height, dhash = int(said["width"]), int(said["height"]), int(said["dhash"], 16)
    except (ValueError, KeyError, TypeError):
        raise PictureRefused(reason="damaged") from None
    cut = _cut(files, lengths)
    whole = len(lengths) == len(SIZES) and min(lengths) > 0 and sum(lengths) == len(files) <= MAX_ANSWER
    fits = 0 <= dhash < 1 << BITS and width > 0 and height > 0
    if not (whole and fits and all(file.startswith(_JPEG) for file in cut.values())):
        raise PictureRefused(reason="damaged")
    return Cleaned(cut, width, height, f"{dhash:016x}")


def _cut(files: bytes, lengths: Sequence[int]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    at = 0
    for name, length in zip(SIZES, lengths, strict=False):
        found[name] = files[at : at + length]
        at += length
    return found
