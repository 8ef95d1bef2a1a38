"""Seizures that are probably reported twice: one case number, or one container, vehicle, vessel or document on one day.

Compared on the device of somebody who can read the records anyway: no fingerprint of a number leaves it, so there is
nothing that the server or another group could try numbers against.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cencomm.analysis.links import LINKING, names_in, plain
from cencomm.analysis.reported import UNKNOWN, Dimension, Reported, is_seizure, places_of

CASE = "national_case_ref"
_NAMING = tuple(by for by in LINKING if by not in {"linked_warning", "company.company_reg_no", "item.permit_no"})
"""What is seized once in a while only: a company or a warning stands behind many seizures."""
_DAYS_APART = 1
"""One that night, and the other reported it after midnight."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two records that are probably one, and by what."""

    by: str
    value: str
    """As it was compared."""
    first: str
    second: str
    """The reference of the later one."""


def duplicates_of(record: Reported, known: Iterable[Reported]) -> list[Duplicate]:
    """The records that this one probably repeats; each once, by the first thing that they share."""
    return [found for other in known if (found := _compare(other, record)) is not None]


def duplicates(records: Sequence[Reported]) -> list[Duplicate]:
    """Every pair of records that are probably one, in the order of the log."""
    earlier: dict[tuple[str, str], list[Reported]] = {}
    found: list[Duplicate] = []
    for record in records:
        names = list(_names(record))
        candidates = {each.ref: each for name in names for each in earlier.get(name, ())}
        found += duplicates_of(record, candidates.values())
        for name in names:
            earlier.setdefault(name, []).append(record)
    return found


def _compare(first: Reported, second: Reported) -> Duplicate | None:
    theirs = set(_names(first))
    for by, value in _names(second):
        if (by, value) in theirs and (by == CASE or _are_near(first, second)):
            return Duplicate(by, value.rpartition("|")[2], first.ref, second.ref)
    return None


def _names(record: Reported) -> Iterator[tuple[str, str]]:
    """What names the case, then what names one thing in it; a case number only together with its country."""
    if not is_seizure(record):
        return
    case, country = record.answers.get(CASE), record.answers.get("reporting_country")
    if isinstance(case, str) and isinstance(country, str) and plain(case):
        yield CASE, f"{country}|{plain(case)}"
    for by in _NAMING:
        for name in names_in(record.answers, by):
            yield by, name


def _are_near(first: Reported, second: Reported) -> bool:
    """Whether both may have happened on one day; a day that nobody knows may be any."""
    days = [_day(record) for record in (first, second)]
    known = [day for day in days if day is not None]
    return len(known) < len(days) or abs((known[0] - known[1]).days) <= _DAYS_APART


def _day(record: Reported) -> date | None:
    (code,) = places_of(record, Dimension.DAY)
    try:
        return date.fromisoformat(code) if code != UNKNOWN else None
    except ValueError:
        return None
