"""Templates with members changed by chance, and what the Python client says of each as bytes that come.

Reads {}; writes [[document, reason], …]: the reason is empty where it is taken, else `shape`, `not_canonical` …
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

from cencomm.errors import DomainError
from cencomm.templates_forms.model import Template
from tests.unit.templates_forms.forms import small_data

TIMES = 400
VALUES: tuple[Any, ...] = (
    *("", "x", "Upper", "a" * 65, "é" * 2_001, "true()", None, True, 0, 1, -1, 1.5, 501, 2**31),
    *([], {}, ["x"], {"en": ""}, {"en": "E"}, {"EN": "E"}, {"en": 1}, {"min": 0}, {"max": 0}, {"max": 500}),
    *("none", "own", "direct", "field", "group", "\ud800"),
)
NAMES = (
    *(
        "required",
        "relevant",
        "hints",
        "nominal",
        "cen",
        "max_length",
        "unit_field",
        "reference",
        "code_list",
        "default",
    ),
    *(
        "labels",
        "attributes",
        "words",
        "needs",
        "rules",
        "tables",
        "code_lists",
        "repeat",
        "min",
        "extra",
        "kind",
        "key",
    ),
    *("format", "version", "level", "messages", "constraint_messages", "children", "codes", "expression", "type"),
)


def canonical(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).replace("\ud800", "\\ud800")


def spoilt(source: Random) -> str:
    data = copy.deepcopy(json.loads(Template.decode_unchecked(json.dumps(small_data()).encode()).encode()))
    part = source.choice(list(_structs(data)))
    name = source.choice([*NAMES, *part])
    if source.random() < 0.2:
        part.pop(name, None)
    else:
        part[name] = source.choice(VALUES)
    return canonical(data)


def _structs(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _structs(inner)


def reason(document: str) -> str:
    try:
        Template.decode(document.encode())
    except DomainError as error:
        return str(error.facts.get("reason", error.code))
    return ""


def main() -> None:
    source = Random(7)  # noqa: S311  the same templates in every run
    documents = [spoilt(source) for _ in range(TIMES)]
    json.dump([[document, reason(document)] for document in documents], sys.stdout)


if __name__ == "__main__":
    main()
