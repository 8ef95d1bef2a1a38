"""What the edge needs of whoever reads spreadsheets: handed in by the wiring (`cencomm.bulk.core_tables` has it)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class TableRow(Protocol):
    """One record: the line of the file, and its answers to the simplified form."""

    @property
    def line(self) -> int: ...

    @property
    def answers(self) -> Mapping[str, Any]: ...


class TableError(Protocol):
    """What is wrong: at a question of the form (`path`), in a column of the table, or both."""

    @property
    def line(self) -> int: ...

    @property
    def rule(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def column(self) -> str: ...


class ReadTable(Protocol):
    @property
    def rows(self) -> Sequence[TableRow]: ...

    @property
    def errors(self) -> Sequence[Any]:
        """Of `TableError`."""

    @property
    def total(self) -> int: ...

    def says(self, error: Any, language: str) -> str: ...

    def write_marked(self, path: Path, notes: Iterable[tuple[int, str, str]], title: str, language: str) -> None: ...


class Tables(Protocol):
    @property
    def mappings(self) -> Sequence[tuple[str, str]]: ...

    def write_blank(self, path: Path, language: str) -> None: ...

    def read(self, path: Path, mapping: str) -> ReadTable: ...
