"""How good what each country sends is: errors, warnings, what is left open, how late. Silent countries have a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cencomm.analysis.reported import UNKNOWN, Reported, code_of, goods_of, is_seizure
from cencomm.templates_forms.values import Moment, parse_moment

_HOUR_MS = 3_600_000
_DAY_MS = Decimal(86_400_000)
_ASKED = ("departure_country", "destination_country", "transport_mode")


@dataclass(frozen=True, slots=True)
class Quality:
    """One country."""

    country: str
    records: int
    """Of every form."""
    seizures: int
    errors: int
    """Records with at least one."""
    warnings: int
    unknown: int
    """Seizures of which an end of the way, the mode of transport or an amount is not known."""
    hours: int | None
    """Whole hours from the offence to the server, of the seizure in the middle; None where none has a time."""


def quality(records: Iterable[Reported], members: Iterable[str]) -> list[Quality]:
    """By country; `members` are those that have a line even if they sent nothing."""
    by_country: dict[str, list[Reported]] = {country: [] for country in members}
    for record in records:
        by_country.setdefault(record.country, []).append(record)
    return [_quality_of(country, by_country[country]) for country in sorted(by_country)]


def _quality_of(country: str, records: Sequence[Reported]) -> Quality:
    seizures = [record for record in records if is_seizure(record)]
    return Quality(
        country,
        records=len(records),
        seizures=len(seizures),
        errors=sum(record.errors > 0 for record in records),
        warnings=sum(record.warnings > 0 for record in records),
        unknown=sum(map(_is_open, seizures)),
        hours=_middle([hours for record in seizures if (hours := _hours_of(record)) is not None]),
    )


def _is_open(record: Reported) -> bool:
    if any(code_of(record.answers, key) == UNKNOWN for key in _ASKED):
        return True
    return any(row.get("quantity") in (None, "") for row in goods_of(record))


def _hours_of(record: Reported) -> int | None:
    """Only a moment with its offset tells the time that went by."""
    value = record.answers.get("offence_at")
    began = parse_moment(value) if isinstance(value, str) else ""
    if not isinstance(began, Moment) or not began.has_time:
        return None
    gone_ms = record.at_ms - round(began.days * _DAY_MS)
    return gone_ms // _HOUR_MS if gone_ms >= 0 else None


def _middle(hours: Sequence[int]) -> int | None:
    """The lower one of two in the middle."""
    return sorted(hours)[(len(hours) - 1) // 2] if hours else None
