"""Lines typed while others' lines come in: what is half typed is drawn again below what came."""

from __future__ import annotations

import asyncio
import readline
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

_CLEAR_LINE = "\r\x1b[K"


class Terminal:
    """Reads lines in a thread of its own, which ends with the process: a blocked read cannot be cancelled."""

    def __init__(self, prompt: str = "> ") -> None:
        self._is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        self._prompt = prompt if self._is_terminal else ""

    async def lines(self) -> AsyncIterator[str]:
        """What is typed, line by line, until the end of input."""
        loop = asyncio.get_running_loop()
        typed: asyncio.Queue[str | None] = asyncio.Queue()

        def read() -> None:
            while True:
                try:
                    text: str | None = input(self._prompt)
                except EOFError:
                    text = None
                try:
                    loop.call_soon_threadsafe(typed.put_nowait, text)
                except RuntimeError:  # the loop has ended meanwhile
                    return
                if text is None:
                    return

        threading.Thread(target=read, name="keyboard", daemon=True).start()
        while (text := await typed.get()) is not None:
            yield text

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Print something in the block without tearing what is being typed."""
        if not self._is_terminal:
            yield
            return
        sys.stdout.write(_CLEAR_LINE)
        sys.stdout.flush()
        yield
        sys.stdout.write(self._prompt + readline.get_line_buffer())
        sys.stdout.flush()
