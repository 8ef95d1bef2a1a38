"""GeoJSON: a point where there is one, longitude first, in the digits that were given."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from cencomm.export.geojson import Point, feature, points_of, position, write_geojson
from cencomm.templates_forms.model import standard
from tests.unit.export.hostile import HOSTILE

PLACE = Point("offence_lat", "offence_lon")


def test_a_template_asks_for_a_point_by_two_fields() -> None:
    assert points_of(standard("long_seizure")) == [PLACE]
    assert points_of(standard("alert")) == []


@pytest.mark.parametrize(
    ("latitude", "longitude", "found"),
    [
        ("-4.0435", "39.6682", (Decimal("39.6682"), Decimal("-4.0435"))),
        ("90", "-180", (Decimal(-180), Decimal(90))),
        ("90.1", "0", None),
        ("0", "180.5", None),
        ("", "0", None),
        (None, "0", None),
        ("here", "there", None),
        (1, 2, None),
    ],
)
def test_a_position_is_in_range_or_none(latitude: object, longitude: object, found: object) -> None:
    assert position({"offence_lat": latitude, "offence_lon": longitude}, PLACE) == found


def test_a_collection_holds_every_feature_and_hostile_text_stays_text(tmp_path: Path) -> None:
    made = [feature({"text": text}, (Decimal("39.66820"), Decimal("-4.0"))) for text in HOSTILE]
    write_geojson(tmp_path / "a.geojson", [*made, feature({}, None)])
    read = json.loads((tmp_path / "a.geojson").read_bytes(), parse_float=Decimal)
    assert read["type"] == "FeatureCollection"
    assert [each["properties"]["text"] for each in read["features"][:-1]] == list(HOSTILE)
    assert read["features"][0]["geometry"] == {
        "type": "Point",
        "coordinates": [Decimal("39.66820"), Decimal("-4.0")],
    }
    assert read["features"][-1] == {"type": "Feature", "geometry": None, "properties": {}}


def test_no_features_are_a_collection_too(tmp_path: Path) -> None:
    write_geojson(tmp_path / "a.geojson", [])
    assert json.loads((tmp_path / "a.geojson").read_bytes()) == {"type": "FeatureCollection", "features": []}
