"""The simplified case as a form: from fields to the data of a case, and back. Nothing is judged here.

A case in the long form keeps what this form does not show: only what stands on the page is changed by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cen_core.edge.bodies import content_data
from cen_core.edge.requests import Fields
from cen_core.model.content import Content

GOODS_ROWS: Final = 3
MORE_ROWS: Final = 3
MAX_ROWS: Final = 100
TRANSITS: Final = 3
PLAIN: Final = (
    "occurred_on",
    "country",
    "location_type",
    "location",
    "direction",
    "transport_mode",
    "traffic_type",
    "detection_method",
    "operation_code",
)
WORDS: Final = ("place_text", "concealment_text", "narrative", "narrative_language")
ENDS: Final = ("departure", "destination")
LINE: Final = ("product", "quantity", "unit", "quantity_missing", "product_other")

Values = dict[str, str]


def values_of(form: Fields) -> Values:
    """What was typed, each field once, without spaces around it."""
    return {name: found[0].strip() for name, found in form.items() if found}


def rows_of(values: Mapping[str, str]) -> int:
    """How many goods lines the form has."""
    named = [name.split("-")[1] for name in values if name.startswith("goods-") and name.count("-") == 2]
    numbers = [int(number) for number in named if number.isascii() and number.isdigit() and len(number) <= 3]
    return min(max([GOODS_ROWS, *(number + 1 for number in numbers)]), MAX_ROWS)


def data_of(values: Mapping[str, str], member: str, *, words: bool, before: Content | None = None) -> dict[str, Any]:
    """The data of the case, to be given to the core. Free text is taken only where the form has it (`words`)."""
    data: dict[str, Any] = {"form": "simplified"} if before is None else content_data(before)
    data["reporting_country"] = member
    for name in (*PLAIN, *(WORDS if words else ())):
        _put(data, name, values.get(name, ""))
    if not data.get("narrative"):
        data.pop("narrative_language", None)
    data["route"] = [*_route(values, data.get("route", []))]
    old = data.get("goods", [])
    rows = [_line(values, number, old, words) for number in range(rows_of(values))]
    data["goods"] = [row for row in rows if row]
    return data


def _put(data: dict[str, Any], name: str, value: str) -> None:
    """Where nothing was typed the field is left out, so that the schema says whether it may be."""
    if value:
        data[name] = value
    else:
        data.pop(name, None)


def _route(values: Mapping[str, str], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Departure, transits, destination; a stage that stays keeps whether the goods got there."""
    reached = {(stage["part"], stage["country"]): stage.get("reached", True) for stage in before}
    stages = [("departure", "departure"), *(("transit", f"transit-{n}") for n in range(TRANSITS))]
    found: list[dict[str, Any]] = []
    for part, name in (*stages, ("destination", "destination")):
        if country := values.get(name, ""):
            stage: dict[str, Any] = {"part": part, "country": country, "reached": reached.get((part, country), True)}
            _put(stage, "location", values.get(f"{name}_location", "").upper())
            found.append(stage)
    return found


def _line(values: Mapping[str, str], number: int, before: list[dict[str, Any]], words: bool) -> dict[str, Any]:
    """One goods line; empty where nothing was chosen or typed in its row."""
    typed = {name: values.get(f"goods-{number}-{name}", "") for name in LINE}
    if not any(typed.values()):
        return {}
    line: dict[str, Any] = dict(before[number]) if number < len(before) else {}
    heading, _, product = typed["product"].partition(":")
    _put(line, "heading", heading)
    _put(line, "product", product)
    for name in ("quantity", "unit", "quantity_missing"):
        _put(line, name, typed[name])
    if words:
        _put(line, "product_other", typed["product_other"])
    return line


def values_from(content: Content) -> Values:
    """What the form shows of a case that is there."""
    data = content_data(content)
    values: Values = {name: str(data.get(name, "")) for name in (*PLAIN, *WORDS)}
    transits = 0
    for stage in data.get("route", []):
        name = stage["part"]
        if name == "transit":
            name, transits = f"transit-{transits}", transits + 1
        values[name], values[f"{name}_location"] = stage["country"], stage.get("location", "")
    for number, line in enumerate(data["goods"]):
        values[f"goods-{number}-product"] = f"{line['heading']}:{line['product']}"
        for name in LINE[1:]:
            values[f"goods-{number}-{name}"] = str(line.get(name, ""))
    return values


def fits_form(content: Content) -> bool:
    """Whether the form shows the whole route: a longer one would be cut by it."""
    return sum(stage.part == "transit" for stage in content.route) <= TRANSITS


def place_of(path: str, values: Mapping[str, str]) -> str:
    """The field of the form that a path in the case came from."""
    name, _, rest = path.partition("[")
    number, _, inner = rest.partition("]")
    if name == "goods":
        rows = [n for n in range(rows_of(values)) if any(values.get(f"goods-{n}-{field}") for field in LINE)]
        row = rows[int(number)] if number.isdigit() and int(number) < len(rows) else 0
        field = inner.removeprefix(".")
        return f"goods-{row}-{field if field in LINE else 'product'}"
    if name == "route":
        names = ["departure", *(f"transit-{n}" for n in range(TRANSITS)), "destination"]
        given = [field for field in names if values.get(field)]
        at = given[int(number)] if number.isdigit() and int(number) < len(given) else "departure"
        return f"{at}_location" if inner == ".location" else at
    return name
