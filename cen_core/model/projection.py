"""What of a simplified seizure record enters the core: the fields that the template lets leave, and nothing else.

`full` leaves as it is, `coarse` without the time, `none` never. Free text never comes this way: it is put into the
case by the contact point who read it. The national case number stays behind; a keyed fingerprint goes instead, so
that a later amendment or withdrawal finds its case.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

_AS_THEY_ARE: Final = (
    "reporting_country",
    "operation_code",
    "location_type",
    "direction",
    "transport_mode",
    "traffic_type",
    "detection_method",
    "persons_arrested",
)
_LINE: Final = ("heading", "product", "quantity", "unit", "quantity_basis", "quantity_missing")
_PATHS: Final[Mapping[str, str]] = {
    "occurred_on": "offence_at",
    "country": "offence_country",
    "location": "offence_location",
    "route": "departure_country",
    "route[0].country": "departure_country",
    "route[1].country": "destination_country",
}
_LABEL: Final = b"cen source key v1"


def project(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a case, to be given to `content.parse`, from the answers of a simplified seizure record."""
    data: dict[str, Any] = {"form": "simplified"}
    for key in _AS_THEY_ARE:
        _copy(answers, key, data, key)
    _copy(answers, "offence_country", data, "country")
    _copy(answers, "offence_location", data, "location")
    moment = answers.get("offence_at")
    if isinstance(moment, str):
        data["occurred_on"] = moment[:10]
    data["route"] = [
        {"part": part, "country": answers[key]}
        for part, key in (("departure", "departure_country"), ("destination", "destination_country"))
        if _answered(answers.get(key))
    ]
    rows = answers.get("item")
    data["goods"] = [_line(row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return data


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for key in _LINE:
        _copy(row, key, line, key)
    return line


def _copy(source: Mapping[str, Any], key: str, target: dict[str, Any], name: str) -> None:
    if _answered(source.get(key)):
        target[name] = source[key]


def _answered(value: object) -> bool:
    return value is not None and value != ""


def column_of(field: str) -> str:
    """The path in the record that a path in the case came from, so that a finding stands at the cell it is about."""
    if field.startswith("goods["):
        return f"item[{field.removeprefix('goods[')}"
    return "item" if field == "goods" else _PATHS.get(field, field)


def source_key(key: bytes, member: str, reference: str) -> str:
    """The fingerprint (64 hexadecimal digits) of a member's own case number; without `key` nobody can try numbers."""
    text = b"\0".join((_LABEL, member.encode(), reference.encode("utf-8", "surrogatepass")))
    return hmac.new(key, text, hashlib.sha256).hexdigest()
