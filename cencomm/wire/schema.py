"""A frame's shape as JSON Schema (draft 07, which AsyncAPI speaks): an array that begins with the frame's tag, each
place with its field's name.

Frames are MessagePack, which has bytes where JSON has none: a place that holds bytes has `"format": "binary"`, and its
lengths count bytes.
"""

from __future__ import annotations

from enum import EnumType
from typing import Any

import msgspec
from msgspec import NODEFAULT
from msgspec import inspect as shapes

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/"


def schemas_of(frames: tuple[type[msgspec.Struct], ...]) -> dict[str, Schema]:
    """A schema for each of `frames` and for everything that they are made of, by name."""
    made = _Maker()
    for frame in frames:
        made.schema(shapes.type_info(frame))
    return made.named


class _Maker:
    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}

    def schema(self, shape: shapes.Type) -> Schema:
        match shape:
            case shapes.StructType():
                return self._named(shape.cls, lambda: self._struct(shape))
            case shapes.EnumType():
                return self._named(shape.cls, lambda: _enum(shape.cls))
            case shapes.UnionType():
                return {"anyOf": [self.schema(one) for one in shape.types]}
            case shapes.VarTupleType():
                return {"type": "array", "items": self.schema(shape.item_type)}
            case shapes.DictType():
                return {"type": "object", "additionalProperties": self.schema(shape.value_type)}
        return _plain(shape)

    def _named(self, cls: type, make: Any) -> Schema:
        if cls.__name__ not in self.named:
            self.named[cls.__name__] = {}  # before it is made, for what contains itself
            self.named[cls.__name__] = {"title": cls.__name__, **_says(cls), **make()}
        return {"$ref": f"{REFERENCE}{cls.__name__}"}

    def _struct(self, shape: shapes.StructType) -> Schema:
        tag: list[Schema] = [] if shape.tag is None else [{"title": "tag", "const": shape.tag}]
        places = tag + [{"title": field.name, **self._placed(field.type)} for field in shape.fields]
        needed = [field for field in shape.fields if field.default is NODEFAULT and field.default_factory is NODEFAULT]
        longest = {"maxItems": len(places)} if shape.forbid_unknown_fields else {}
        return {"type": "array", "items": places, "minItems": len(tag) + len(needed), **longest}

    def _placed(self, shape: shapes.Type) -> Schema:
        """Beside a reference nothing else counts, so it stands alone in a list."""
        made = self.schema(shape)
        return {"allOf": [made]} if "$ref" in made else made


def _plain(shape: shapes.Type) -> Schema:
    match shape:
        case shapes.BytesType():
            return {"type": "string", "format": "binary", **_lengths(shape)}
        case shapes.StrType():
            return {"type": "string", **_lengths(shape)}
        case shapes.IntType():
            return {"type": "integer", **_present(minimum=shape.ge, maximum=shape.le)}
    names = {shapes.NoneType: "null", shapes.BoolType: "boolean", shapes.FloatType: "number"}
    return {"type": names[type(shape)]}


def _enum(cls: EnumType) -> Schema:
    members: list[Any] = list(cls)
    return {"type": "integer", "enum": [int(one) for one in members], "x-names": [one.name for one in members]}


def _says(cls: type) -> Schema:
    said = (vars(cls).get("__doc__") or "").strip()
    return {"description": " ".join(said.split())} if said else {}


def _lengths(shape: shapes.BytesType | shapes.StrType) -> Schema:
    return _present(minLength=shape.min_length, maxLength=shape.max_length)


def _present(**limits: int | None) -> Schema:
    return {name: value for name, value in limits.items() if value is not None}
