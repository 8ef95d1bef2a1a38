"""What the core answers to a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cen_core.model import codes
from cen_core.model.case import State
from cen_core.model.content import Content


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as the reader may see it. Whoever is not of its member sees the published version only, and neither
    who entered it nor what became of it since: then `revision` is 0 and the officers are empty."""

    case_id: str
    member: str
    state: State
    revision: int
    version: int
    content: Content
    author: str = ""
    editor: str = ""
    read_by: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A published case as everybody sees it: never who entered it."""

    case_id: str
    member: str
    version: int
    content: Content


@dataclass(frozen=True, slots=True)
class Bucket:
    """One value of a facet with its cases."""

    value: str
    cases: int

    @property
    def is_unknown(self) -> bool:
        return codes.is_unknown(self.value)

    @property
    def is_other(self) -> bool:
        return codes.is_other(self.value)


@dataclass(frozen=True, slots=True)
class Results:
    """A page of cases, newest first. `total` counts all that fit; `next_after` asks for the next page, empty at the
    end. A facet counts without its own condition, so that it shows what else could be chosen."""

    cases: tuple[Found, ...]
    total: int
    next_after: str
    facets: Mapping[str, tuple[Bucket, ...]]


@dataclass(frozen=True, slots=True)
class Sum:
    """Exact: `amount` in `of`, a canonical unit or a currency; `lines` goods lines had one."""

    of: str
    amount: Decimal
    lines: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The cases with these values (one for each dimension asked), and their amounts, one sum for each unit and each
    currency: they are never added together."""

    values: tuple[str, ...]
    cases: int
    quantities: tuple[Sum, ...] = ()
    money: tuple[Sum, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether one of the values says that nobody knows."""
        return any(codes.is_unknown(value) for value in self.values)

    @property
    def is_other(self) -> bool:
        return any(codes.is_other(value) for value in self.values)


@dataclass(frozen=True, slots=True)
class Statistics:
    """One table. `total` counts each case once and each amount once; where a dimension is in `multiple`, a case stands
    in several cells, so that the cells add up to more."""

    dimensions: tuple[str, ...]
    multiple: tuple[str, ...]
    cells: tuple[Cell, ...]
    total: Cell
