"""Write web/client/src/analysis/places.json: where on a map the figures of a country stand, by its two letters.

The middle of the largest part of each country, in degrees of longitude and latitude. Natural Earth has the borders
(1:10,000,000, of the npm package `world-atlas`), CLDR the letters of their numbers. No border is drawn by CENcomm.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from babel.core import get_global

CLIENT = Path(__file__).parent.parent / "web" / "client"
SOURCE = CLIENT / "node_modules" / "world-atlas" / "countries-10m.json"
TARGET = CLIENT / "src" / "analysis" / "places.json"

PARTS = {
    "BQ": [-68.3, 12.2],
    "BV": [3.4, -54.4],
    "CC": [96.8, -12.2],
    "CX": [105.6, -10.5],
    "GF": [-53.1, 3.9],
    "GP": [-61.5, 16.2],
    "MQ": [-61.0, 14.7],
    "RE": [55.5, -21.1],
    "SJ": [16.0, 78.5],
    "TK": [-171.8, -9.2],
    "XK": [20.9, 42.6],
    "YT": [45.2, -12.8],
}
"""Territories with letters of their own that the borders have as part of a country, or without a number."""

Point = tuple[float, float]
Ring = list[Point]


def main() -> None:
    atlas = json.loads(SOURCE.read_text(encoding="utf-8"))
    arcs = [_line(arc, atlas["transform"]) for arc in atlas["arcs"]]
    letters = get_global("territory_aliases")
    places: dict[str, list[float]] = dict(PARTS)
    for country in atlas["objects"]["countries"]["geometries"]:
        code = letters.get(country.get("id", ""), [""])[0]
        if code and country["type"] in ("Polygon", "MultiPolygon"):
            longitude, latitude = _middle(max(_rings(country, arcs), key=lambda ring: abs(_area(ring))))
            places[code] = [round((longitude + 180) % 360 - 180, 2), round(latitude, 2)]
    lines = ",\n".join(f" {json.dumps(code)}: {json.dumps(places[code])}" for code in sorted(places))
    TARGET.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _line(arc: list[list[int]], transform: dict[str, list[float]]) -> Ring:
    """The points of an arc, of which each is written as the way from the one before."""
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    x = y = 0
    line: Ring = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        line.append((x * scale_x + move_x, y * scale_y + move_y))
    return line


def _rings(country: dict[str, Any], arcs: list[Ring]) -> list[Ring]:
    """The outer ring of each part."""
    parts = [country["arcs"]] if country["type"] == "Polygon" else country["arcs"]
    return [_ring(part[0], arcs) for part in parts]


def _ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    ring: Ring = []
    for number in numbers:
        line = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += line[1:] if ring else line
    return _unbroken(ring)


def _unbroken(ring: Ring) -> Ring:
    """Without the step from one edge of the map to the other."""
    found: Ring = ring[:1]
    for x, y in ring[1:]:
        turns = round((x - found[-1][0]) / 360)
        found.append((x - 360 * turns, y))
    return found


def _area(ring: Ring) -> float:
    return sum(x * later_y - later_x * y for (x, y), (later_x, later_y) in pairwise(ring)) / 2


def _middle(ring: Ring) -> Point:
    area = _area(ring)
    if area == 0:  # an islet of one point
        return ring[0]
    across = up = 0.0
    for (x, y), (later_x, later_y) in pairwise(ring):
        share = x * later_y - later_x * y
        across += (x + later_x) * share
        up += (y + later_y) * share
    return across / (6 * area), up / (6 * area)


if __name__ == "__main__":
    main()
