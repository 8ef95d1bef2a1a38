"""What the demonstration sends: one form for each row of a table of real seizures, or made-up ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cencomm.templates_forms.samples import PLACES, sample_records
from cencomm.templates_forms.unodc import answers_for, original_values, read_unodc
from cencomm.wire.content import Answers

TEMPLATE = "simplified_seizure"


@dataclass(frozen=True, slots=True)
class Place:
    """What the totals are counted by."""

    country: str
    year: str
    unit: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """One form to send, and what the source itself says of it."""

    number: int
    administration: str
    place: Place
    answers: Answers


def from_unodc(path: Path) -> list[Wanted]:
    """Every row of UNODC's table. Raises TableMalformed."""
    return [
        Wanted(row.number, row.country, Place(row.values["COUNTRY"], str(row.year), row.unit), answers_for(row))
        for row in read_unodc(path)
    ]


def made_up(count: int, seed: int, administrations: int = len(PLACES)) -> list[Wanted]:
    """`count` sample records of so many administrations, all that there are by default; the same for the same seed."""
    return [
        Wanted(number, sample.administration, place_of(sample.answers), sample.answers)
        for number, sample in enumerate(sample_records(count, seed, administrations), start=1)
    ]


def place_of(answers: Mapping[str, object]) -> Place:
    """Country, year and unit that answers hold: in the source's own words where they are kept, else in the form's."""
    original = original_values(answers)
    if original:
        return Place(original["COUNTRY"], original["SEIZURE_DATE"][:4], original["DRUG_UNIT"])
    return Place(str(answers.get("reporting_country", "")), str(answers.get("offence_at", ""))[:4], _units(answers))


def _units(answers: Mapping[str, object]) -> str:
    items = answers.get("item")
    rows = [row for row in items if isinstance(row, dict)] if isinstance(items, list) else []
    return "+".join(sorted({str(row.get("unit", "")) for row in rows})) or "none"


def administrations(wanted: Iterable[Wanted]) -> list[str]:
    """Who sends, the one with most records first."""
    return [name for name, _ in Counter(each.administration for each in wanted).most_common()]
