"""Many cases at once: the rows of a sheet, what is wrong in them cell by cell, and the upload that they became."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

MAX_ROWS: Final = 100_000


class UploadState(StrEnum):
    """SUBMITTED waits for the contact point; VALIDATED and UNDONE are final for the upload as a whole."""

    SUBMITTED = "submitted"
    VALIDATED = "validated"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` is the sheet's own, `reference` the national case number, which is only fingerprinted,
    `data` the case as `content.parse` takes it; `cells` names the cell that a path in it came from."""

    number: int
    reference: str
    data: Mapping[str, Any]
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in one cell: `reason` is a finding's, or the code of a refusal of the schema."""

    row: int
    cell: str
    reason: str


@dataclass(frozen=True, slots=True)
class Likely:
    """A row that may be a case that is there, or a row above: the same member, day, country, goods and quantity under
    another number. It is shown and not left out; `case_id` is empty where it is a row."""

    row: int
    other_row: int = 0
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an upload of these rows would do. A duplicate has the key of a case that is there, or of a row above."""

    rows: int
    creates: int
    duplicates: tuple[int, ...]
    errors: tuple[CellError, ...]
    likely: tuple[Likely, ...] = ()

    @property
    def rows_with_errors(self) -> int:
        return len({error.row for error in self.errors})


@dataclass(frozen=True, slots=True)
class Upload:
    """One entry of the upload log. `member` is empty where the secretariat loaded a table of many members."""

    upload_id: str
    member: str
    officer: str
    name: str
    state: UploadState
    rows: int
    created: int
    duplicates: int
    at_ms: int
    changed_ms: int
