"""A situation report computed from the records of a period: counts and sums by heading, clocks, who is missing.

Kilograms, pieces and litres are never added up together: each heading has a total in each unit for totals. What a form
says that is no number or no known unit is not counted. The figures follow from the records alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cencomm.templates_forms.chain import SEIZURES, Clock, Entry, chains
from cencomm.templates_forms.model import Answers, standard
from cencomm.templates_forms.values import CONTEXT, number_text, parse_moment, parse_number

TEMPLATE = "sitrep"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to but without `end`; of one country, or of all together where that is empty."""

    start: datetime
    end: datetime
    country: str = ""

    def holds(self, entry: Entry) -> bool:
        return self.start <= entry.at < self.end and self.country in ("", entry.country)


def situation(entries: Iterable[Entry], period: Period, countries: Sequence[str]) -> Answers:
    """The answers of a situation report over `period`; `countries` are those that are to report.

    A report of all together names those without one of their own, and those whose answers are overdue.
    """
    known = [entry for entry in entries if entry.at < period.end]
    seizures = [entry for entry in known if entry.template in SEIZURES and period.holds(entry)]
    headings = Counter(heading for entry in seizures for heading in {item["heading"] for item in _items(entry)})
    clocks = [clock for chain in chains(known, period.end) if chain.kind == "warning" for clock in chain.clocks]
    ours = [clock for clock in clocks if period.country in ("", clock.country)]
    made: Answers = {
        "period_start": _written(period.start),
        "period_end": _written(period.end),
        "warnings_sent": sum(entry.template == "warning" and period.holds(entry) for entry in known),
        "warnings_received": sum(_is_received(entry, period) for entry in known),
        "warnings_answered": sum(clock.state in ("closed", "forwarded") for clock in _within(ours, known, period)),
        "warnings_overdue": sum(clock.state == "overdue" for clock in ours),
        "arrests": sum(_arrested(entry) for entry in seizures),
        "by_heading": [{"counted_heading": heading, "seizures": headings[heading]} for heading in sorted(headings)],
        "by_unit": list(_totals(seizures)),
    }
    made["nil_return"] = not any(made[key] for key in made if key not in ("period_start", "period_end"))
    if period.country:
        return made | {"reporting_country": period.country}
    overdue = {clock.country for clock in ours if clock.state == "overdue"}
    return made | {"overdue_countries": sorted(overdue), "missing_countries": missing(known, period, countries)}


def missing(entries: Iterable[Entry], period: Period, countries: Sequence[str]) -> list[str]:
    """The countries of which no report touches the period."""
    reported = {entry.country for entry in entries if entry.template == TEMPLATE and _touches(entry, period)}
    return sorted(set(countries) - reported)


def _touches(entry: Entry, period: Period) -> bool:
    start, end = (_moment(entry.answers.get(key)) for key in ("period_start", "period_end"))
    return start is not None and end is not None and start < period.end and end > period.start


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str) or not parse_moment(value):
        return None
    found = datetime.fromisoformat(value)
    return found if found.tzinfo is not None else datetime.fromisoformat(f"{value}T00:00Z")


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _is_received(entry: Entry, period: Period) -> bool:
    """Whether a warning of the period was addressed to the country; of all together, to anyone."""
    if entry.template != "warning" or not period.start <= entry.at < period.end:
        return False
    addressees = entry.answers.get("addressees")
    return not period.country or (isinstance(addressees, list) and period.country in addressees)


def _within(clocks: Iterable[Clock], entries: Iterable[Entry], period: Period) -> Iterator[Clock]:
    """Those whose last word fell into the period."""
    times = {entry.ref: entry.at for entry in entries}
    return (clock for clock in clocks if clock.by in times and period.start <= times[clock.by] < period.end)


def _items(entry: Entry) -> list[Mapping[str, Any]]:
    """The goods of a seizure that have a heading that is known."""
    items = entry.answers.get("item")
    rows = [row for row in items if isinstance(row, Mapping)] if isinstance(items, list) else []
    known = standard(TEMPLATE)
    return [row for row in rows if isinstance(row.get("heading"), str) and known.code("heading", row["heading"])]


def _arrested(entry: Entry) -> int:
    number = entry.answers.get("persons_arrested")
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 < number <= 1_000 else 0


def _totals(seizures: Iterable[Entry]) -> Iterator[Answers]:
    totals: dict[tuple[str, str], Decimal] = {}
    for item in (item for entry in seizures for item in _items(entry)):
        unit = standard(TEMPLATE).code("unit", str(item.get("unit")))
        quantity = parse_number(str(item.get("quantity", "")))
        if unit is None or not isinstance(quantity, Decimal):
            continue
        place = item["heading"], unit.attributes["canonical"]
        worth = CONTEXT.multiply(quantity, Decimal(unit.attributes["factor"]))
        totals[place] = CONTEXT.add(totals.get(place, Decimal(0)), worth)
    for heading, unit_key in sorted(totals):
        total = number_text(totals[heading, unit_key])
        yield {"summed_heading": heading, "total": total, "total_unit": unit_key}
