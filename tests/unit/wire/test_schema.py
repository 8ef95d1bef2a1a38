"""A frame's shape as JSON Schema: what msgspec reads fits it, and what it refuses does not."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest
from jsonschema import Draft7Validator

from cencomm.wire.schema import schemas_of


class Inner(msgspec.Struct, array_like=True):
    """Of another."""

    word: str
    flag: bool = False


class Frame(msgspec.Struct, array_like=True, tag=9, forbid_unknown_fields=True):
    number: Annotated[int, msgspec.Meta(ge=0, le=5)]
    inner: Inner
    many: tuple[Inner, ...]
    maybe: float | None = None


SCHEMAS = schemas_of((Frame,))


def fits(value: object) -> bool:
    document = {"$ref": "#/components/schemas/Frame", "components": {"schemas": SCHEMAS}}
    return bool(Draft7Validator(document).is_valid(value))


@pytest.mark.parametrize(
    "value", [[9, 0, ["a"], []], [9, 5, ["a", True, 7], [["b"], ["c", False]], 1.5], [9, 1, ["a"], [], None]]
)
def test_what_is_read_fits(value: list[object]) -> None:
    assert fits(value)
    msgspec.convert(value, Frame)


@pytest.mark.parametrize(
    "value",
    [
        [8, 0, ["a"], []],
        [9, 6, ["a"], []],
        [9, 0, [7], []],
        [9, 0, ["a"]],
        [9, 0, ["a"], [[1]]],
        [9, 0, ["a"], [], "x"],
        [9, 0, ["a"], [], None, 1],
        {},
    ],
)
def test_what_is_refused_does_not(value: object) -> None:
    assert not fits(value)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, Frame)


def test_each_place_has_its_fields_name_and_each_shape_its_words() -> None:
    assert [place["title"] for place in SCHEMAS["Frame"]["items"]] == ["tag", "number", "inner", "many", "maybe"]
    assert SCHEMAS["Inner"]["description"] == "Of another."
