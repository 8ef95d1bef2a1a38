"""A small template for tests, and answers to the shipped one."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

from cencomm.templates_forms.model import Answers, Template

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

SMALL: dict[str, Any] = {
    "format": 1,
    "id": "small",
    "version": 1,
    "labels": {"en": "Small", "fr": "Petit"},
    "groups": [
        {
            "kind": "group",
            "key": "top",
            "labels": {"en": "Top"},
            "children": [
                {"kind": "field", "key": "name", "type": "text", "labels": {"en": "Name"}, "nominal": "direct"},
                {"kind": "field", "key": "note", "type": "longtext", "labels": {"en": "Note"}},
                {
                    "kind": "field",
                    "key": "plate",
                    "type": "identifier",
                    "labels": {"en": "Plate"},
                    "nominal": "indirect",
                },
                {"kind": "field", "key": "count", "type": "int", "labels": {"en": "Count"}, "required": "true()"},
                {"kind": "field", "key": "done", "type": "bool", "labels": {"en": "Done"}},
                {"kind": "field", "key": "day", "type": "date", "labels": {"en": "Day"}},
                {
                    "kind": "field",
                    "key": "why",
                    "type": "identifier",
                    "labels": {"en": "Why"},
                    "relevant": "${done} = false()",
                },
                {
                    "kind": "field",
                    "key": "double",
                    "type": "derived",
                    "labels": {"en": "Double"},
                    "calculation": "${count} * 2",
                },
            ],
        },
        {
            "kind": "group",
            "key": "row",
            "labels": {"en": "Row"},
            "repeat": {"min": 1, "max": 3},
            "children": [
                {
                    "kind": "field",
                    "key": "colour",
                    "type": "code",
                    "code_list": "colour",
                    "labels": {"en": "Colour", "fr": "Couleur"},
                    "choice_filter": "warm = 'yes' or ${count} > 1",
                },
                {"kind": "field", "key": "mixed", "type": "codes", "code_list": "colour", "labels": {"en": "Mixed"}},
                {
                    "kind": "field",
                    "key": "amount",
                    "type": "decimal",
                    "labels": {"en": "Amount"},
                    "constraint": ". > 0",
                    "constraint_messages": {"en": "Above zero."},
                },
                {"kind": "field", "key": "owner", "type": "text", "labels": {"en": "Owner"}},
            ],
        },
    ],
    "code_lists": [
        {
            "key": "colour",
            "codes": [
                {"key": "red", "labels": {"en": "Red", "fr": "Rouge"}, "attributes": {"warm": "yes"}},
                {"key": "blue", "labels": {"en": "Blue"}},
            ],
        }
    ],
    "rules": [
        {
            "key": "R1",
            "level": "warn",
            "at": "amount",
            "expression": "${amount} < 100",
            "messages": {"en": "Large."},
            "needs": ["amount"],
        },
        {
            "key": "R2",
            "level": "error",
            "at": "row",
            "expression": "sum(${amount}) < 150",
            "messages": {"en": "Too much."},
        },
    ],
}

GOOD: Answers = {
    "reporting_country": "KE",
    "national_case_ref": "KE-2026-1",
    "sharing_targets": ["group"],
    "offence_at": "2026-02-28T10:00+03:00",
    "offence_country": "KE",
    "location_type": "airport",
    "offence_location": "NBO",
    "direction": "export",
    "departure_country": "KE",
    "destination_country": "VN",
    "transport_mode": "4",
    "traffic_type": "cargo",
    "detection_method": "risk_profile",
    "item": [
        {
            "heading": "fauna_flora",
            "product": "ivory_raw",
            "quantity": "12.5",
            "unit": "KGM",
            "quantity_basis": "weighed",
        }
    ],
}
"""A valid simplified seizure."""


def small_data() -> dict[str, Any]:
    return copy.deepcopy(SMALL)


def decoded(data: dict[str, Any]) -> Template:
    return Template.decode_unchecked(json.dumps(data).encode())


def small() -> Template:
    return decoded(SMALL)


def good(**changes: Any) -> Answers:
    """A valid simplified seizure with some answers changed; `None` takes one away."""
    answers = copy.deepcopy(GOOD) | changes
    return {key: value for key, value in answers.items() if value is not None}


def good_item(**changes: Any) -> Answers:
    """A valid simplified seizure with its one item changed."""
    item = copy.deepcopy(GOOD["item"][0]) | changes
    return good(item=[{key: value for key, value in item.items() if value is not None}])
