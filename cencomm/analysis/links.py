"""Records that name the same thing: a container, a vessel, a vehicle, a document, a parcel, a warning, a company."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cencomm.analysis.reported import Given, Reported


@dataclass(frozen=True, slots=True)
class Link:
    """One thing that two records at least name."""

    by: str
    """The question that they answer, as `container.container_no`."""
    value: str
    """In capital letters and figures alone."""
    refs: tuple[str, ...]
    """In the order of the log."""


LINKING = (
    "container.container_no",
    "imo_number",
    "registration",
    "item_tracking_no",
    "transport_doc",
    "declaration_ref",
    "linked_warning",
    "company.company_reg_no",
    "item.serial_no",
    "item.permit_no",
)
"""What identifies one thing in the world; a repeat and its question, or a question of its own."""
_SHORTEST = 4
"""Shorter ones are no names: `1`, `N/A`."""


def links(records: Iterable[Reported]) -> list[Link]:
    """Those with most records first."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for record in records:
        for by in LINKING:
            for value in names_in(record.answers, by):
                found.setdefault((by, value), {})[record.ref] = None
    made = [Link(by, value, tuple(refs)) for (by, value), refs in found.items() if len(refs) > 1]
    return sorted(made, key=lambda link: (-len(link.refs), f"{link.by} {link.value}"))


def names_in(answers: Given, by: str) -> Iterator[str]:
    """What a record answers to one of `LINKING`, as it is compared."""
    repeat, dot, key = by.partition(".")
    rows = answers.get(repeat)
    values = [rows]
    if dot:
        values = [row.get(key) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    for value in values:
        name = plain(value) if isinstance(value, str) else ""
        if len(name) >= _SHORTEST:
            yield name


def plain(value: str) -> str:
    """Without spaces, hyphens and case: as different officers write the same."""
    return "".join(each for each in value.upper() if unicodedata.category(each)[0] in "LN")
