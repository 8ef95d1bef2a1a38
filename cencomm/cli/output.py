"""What the command line prints: sentences and tables for people, one JSON object a line for programs.

Text from others is data: it is never read as markup, and control characters and direction overrides, which could
redraw the terminal or turn a line around, are shown as their code points instead of obeyed.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.style import Style
from rich.table import Table
from rich.text import Text

from cencomm.client.errors import ServerRefused
from cencomm.errors import DomainError, Fact
from cencomm.i18n import message, translate

_KEPT_CONTROLS = "\n\t"
_DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def inert(text: str) -> str:
    """`text` with everything that a terminal would obey made visible."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _KEPT_CONTROLS:
        return character
    if character in _DIRECTION_CONTROLS or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
        return f"<U+{ord(character):04X}>"
    return character


def sentence(error: DomainError, language: str) -> str:
    """The error in the reader's language."""
    if isinstance(error, ServerRefused):
        return translate(error.server_code, error.server_facts, language)
    return translate(error.code, error.facts, language)


def text(key: str, language: str, **facts: Fact) -> str:
    """A sentence or word of the command line (`text.cli.<key>`) in the reader's language."""
    return message(f"text.cli.{key}", facts, language)


class Output:
    """Where a command says what it did: people read stdout, errors and progress go to stderr."""

    def __init__(self, *, as_json: bool, language: str, console: Console | None = None) -> None:
        self.as_json = as_json
        self.language = language
        self._console = console or Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
        self._errors = Console(stderr=True, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def text(self, key: str, **facts: Fact) -> str:
        """A sentence or word of the command line (`text.cli.<key>`) in the reader's language."""
        return text(key, self.language, **facts)

    def columns(self, *keys: str) -> tuple[str, ...]:
        """The heads of a table's columns (`text.cli.column.<key>`)."""
        return tuple(self.text(f"column.{key}") for key in keys)

    def say(self, text: str, data: Mapping[str, object] | None = None, *, style: str = "") -> None:
        """One sentence; in JSON mode `data` instead, or nothing."""
        if not self.as_json:
            self._console.print(Text(inert(text), style=style))
        elif data is not None:
            self._line(data)

    def note(self, text: str, *, style: str = "dim") -> None:
        """Something beside the result: never in the way of a program reading stdout."""
        self._errors.print(Text(inert(text), style=style))

    def table(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], data: Iterable[Mapping[str, object]]
    ) -> None:
        """A table; in JSON mode one line for each of `data`."""
        self._table(title, columns, ([Text(inert(cell)) for cell in row] for row in rows), data)

    def _table(
        self,
        title: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[str | Text]],
        data: Iterable[Mapping[str, object]],
    ) -> None:
        if self.as_json:
            for item in data:
                self._line(item)
            return
        table = Table(title=Text(title) if title else None, title_justify="left", header_style="bold")
        for column in columns:
            table.add_column(Text(column))
        for row in rows:
            table.add_row(*(cell if isinstance(cell, Text) else Text(inert(cell)) for cell in row))
        self._console.print(table)

    def links(
        self,
        columns: Sequence[str],
        rows: Iterable[tuple[Sequence[str], str]],
        data: Iterable[Mapping[str, object]],
    ) -> None:
        """Rows that lead somewhere: the last cell is the link where the terminal takes one (OSC 8), else it stands
        below."""
        if self.as_json or self._takes_links:
            linked: list[list[str | Text]] = [
                [*cells[:-1], Text(inert(cells[-1]), style=Style(link=url))] for cells, url in rows
            ]
            self._table("", columns, linked, data)
            return
        for cells, url in rows:
            self._console.print(Text(inert("  ".join(cells))))
            self._console.print(Text(f"  {inert(url)}\n"))

    @property
    def _takes_links(self) -> bool:
        """Most terminals do; what is no terminal, and a few old ones, show the words without the address."""
        old = os.environ.get("TERM") == "linux" or os.environ.get("TERM_PROGRAM") == "Apple_Terminal"
        return self._console.is_terminal and not (self._console.is_dumb_terminal or self._console.legacy_windows or old)

    def picture(self, lines: str) -> None:
        """A drawing of characters, on a terminal only: elsewhere nobody could look at it."""
        if not self.as_json and self._console.is_terminal:
            self._console.print(Text(lines), style="black on white")

    def error(self, error: DomainError) -> None:
        """The error as a sentence, or as code and facts."""
        if self.as_json:
            refused = isinstance(error, ServerRefused)
            code = error.server_code if isinstance(error, ServerRefused) else error.code
            facts = error.server_facts if isinstance(error, ServerRefused) else error.facts
            self._errors.print(
                json.dumps(
                    {"error": code, "facts": facts, "by": "server" if refused else "client"}, ensure_ascii=False
                ),
                soft_wrap=True,
            )
        else:
            self._errors.print(Text(inert(sentence(error, self.language)), style="bold red"))

    def progress(self) -> Progress:
        """A progress bar on stderr; nothing where stderr is not a terminal."""
        return Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._errors,
            transient=True,
            disable=self.as_json or not self._errors.is_terminal,
        )

    def waiting(self, text: str) -> AbstractContextManager[object]:
        """A spinner on stderr while something without a known length runs."""
        return self._errors.status(Text(text), spinner="dots")

    def _line(self, data: Mapping[str, object]) -> None:
        print(json.dumps(data, ensure_ascii=False, default=_json), flush=True)


def _json(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(type(value).__name__)
