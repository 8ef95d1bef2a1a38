"""Lines typed while others' lines come in: what is half typed is drawn again below what came.

… who types            one line, which comes and goes; nothing where stdin or stdout is no terminal
> what is half typed
"""

from __future__ import annotations

import asyncio
import readline
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

_CLEAR_LINE = "\r\x1b[K"
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class Terminal:
    """Reads lines in a thread of its own, which ends with the process: a blocked read cannot be cancelled."""

    def __init__(self, prompt: str = "> ") -> None:
        self._is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        self._prompt = prompt if self._is_terminal else ""
        self._status = ""
        """What stands above the prompt now."""
        self._drawing = threading.Lock()

    @property
    def half_typed(self) -> str:
        return readline.get_line_buffer() if self._is_terminal else ""

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
                self._entered()
                try:
                    loop.call_soon_threadsafe(typed.put_nowait, text)
                except RuntimeError:  # the loop has ended meanwhile
                    return
                if text is None:
                    return

        threading.Thread(target=read, name="keyboard", daemon=True).start()
        while (text := await typed.get()) is not None:
            yield text

    def _entered(self) -> None:
        """The status stands above the line that was entered: take it out from there, before the next prompt."""
        with self._drawing:
            if self._status:
                self._write("\x1b[2A\x1b[M\x1b[1B")
                self._status = ""

    def status(self, text: str) -> None:
        """Show `text` above what is being typed; nothing, to take it away."""
        columns = shutil.get_terminal_size().columns
        room = len(self._prompt) + len(self.half_typed) < columns  # a line that has wrapped is left alone
        if not self._is_terminal or text == self._status or not room:
            return
        above = f"{_DIM}{text[: columns - 1]}{_PLAIN}\n" if text else ""
        with self._drawing:
            self._write(f"{self._taken_away()}{above}{self._prompt}{self.half_typed}")
            self._status = text

    def _taken_away(self) -> str:
        """What clears the line that is being typed, and the one above it where that is ours."""
        return _CLEAR_LINE + (f"\x1b[1A{_CLEAR_LINE}" if self._status else "")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Print something in the block without tearing what is being typed."""
        if not self._is_terminal:
            yield
            return
        with self._drawing:
            self._write(self._taken_away())
            self._status = ""
            yield
            self._write(self._prompt + self.half_typed)

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
