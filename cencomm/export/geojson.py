"""GeoJSON (RFC 7946): one feature for each form, at the point that its officer gave; without one, with no geometry.

A point is two decimal fields outside repeats whose keys end in `_lat` and `_lon` after the same beginning, in degrees
of WGS 84. What is out of range is no point, and stays among the properties as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from cencomm.export.whole_file import whole_file
from cencomm.templates_forms.model import Field, Group, Template
from cencomm.templates_forms.values import parse_number

LATITUDE, LONGITUDE = "_lat", "_lon"


@dataclass(frozen=True, slots=True)
class Point:
    """The two fields of a template that hold a point."""

    latitude: str
    longitude: str


def points_of(template: Template) -> list[Point]:
    """Every point that the template asks for, in its order."""
    keys = [field.key for group in template.groups for field in _outside_repeats(group) if field.type == "decimal"]
    starts = [key.removesuffix(LATITUDE) for key in keys if key.endswith(LATITUDE)]
    return [Point(start + LATITUDE, start + LONGITUDE) for start in starts if start + LONGITUDE in keys]


def _outside_repeats(group: Group) -> list[Field]:
    if group.repeat is not None:
        return []
    found: list[Field] = []
    for child in group.children:
        found += [child] if isinstance(child, Field) else _outside_repeats(child)
    return found


def position(answers: Mapping[str, object], point: Point) -> tuple[Decimal, Decimal] | None:
    """Longitude and latitude, in the order of GeoJSON; None where they are not both answers in range."""
    longitude, latitude = (_degrees(answers.get(key)) for key in (point.longitude, point.latitude))
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        return None
    return longitude, latitude


def _degrees(value: object) -> Decimal | None:
    number = parse_number(value) if isinstance(value, str) else ""
    return number if isinstance(number, Decimal) else None


def feature(properties: Mapping[str, object], at: tuple[Decimal, Decimal] | None) -> str:
    """One feature as text; the digits of a position are those that were given."""
    geometry = "null"
    if at is not None:
        geometry = f'{{"type":"Point","coordinates":[{at[0]:f},{at[1]:f}]}}'
    plain = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","geometry":{geometry},"properties":{plain}}}'


def write_geojson(path: Path, features: Iterable[str]) -> None:
    """Write one collection, a feature a line, whole or not at all."""
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"type":"FeatureCollection","features":[')
        for number, each in enumerate(features):
            file.write(("\n" if number == 0 else ",\n") + each)
        file.write("\n]}\n")
