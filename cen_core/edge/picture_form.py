"""The form of a picture: its fields as data for `model.picture.parse`, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from cen_core.edge.rendering import options, products
from cen_core.edge.requests import Fields
from cen_core.model import codes
from cen_core.model.picture import NEVER_PICTURED, PictureContent

SINGLE: Final = ("kind", "goods", "conveyance_type", "detection_method", "case_id", "counterpart", "key", "revision")
SEVERAL: Final = ("concealment", "detection_aids")

Values = dict[str, list[str]]


def values_of(fields: Fields) -> Values:
    """What was typed and chosen; empty values count as none."""
    return {
        name: [value.strip() for value in fields.get(name, []) if value.strip()][: 1 if name in SINGLE else None]
        for name in (*SINGLE, *SEVERAL)
    }


def values_from(content: PictureContent) -> Values:
    return {
        "kind": [content.kind],
        "goods": [f"{content.heading}:{content.product}"],
        "conveyance_type": [content.conveyance_type],
        "detection_method": [content.detection_method],
        "case_id": [content.case_id],
        "counterpart": [content.counterpart],
        "concealment": list(content.concealment),
        "detection_aids": list(content.detection_aids),
    }


def data_of(values: Mapping[str, Sequence[str]], before: PictureContent | None = None) -> dict[str, Any]:
    """With the marks that the picture had before; links that are hidden from nobody who may amend it stay as sent."""
    heading, _, product = _first(values, "goods").partition(":")
    data: dict[str, Any] = {
        "kind": _first(values, "kind"),
        "heading": heading,
        "product": product,
        "conveyance_type": _first(values, "conveyance_type"),
        "detection_method": _first(values, "detection_method"),
        "case_id": _first(values, "case_id"),
        "counterpart": _first(values, "counterpart"),
        "concealment": list(values.get("concealment", ())),
        "detection_aids": list(values.get("detection_aids", ())),
    }
    if before is not None:
        data["marks"] = marks_of(before)
    return data


def marks_of(content: PictureContent) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(mark) for mark in content.marks]


def content_data(content: PictureContent) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(content)
    return data


def _first(values: Mapping[str, Sequence[str]], name: str) -> str:
    found = values.get(name, ())
    return found[0] if found else ""


def goods(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each heading that may be pictured, first as a whole, then its products."""
    by_word = {codes.word("heading", code, language): code for code in codes.codes_of("heading")}
    return [
        (word, [(f"{by_word[word]}:", word), *listed])
        for word, listed in products(language)
        if by_word[word] not in NEVER_PICTURED
    ]


def choices(language: str) -> dict[str, Sequence[tuple[str, str]]]:
    """Every list of the form with its words."""
    return {
        "conveyance_type": options("conveyance_type", language),
        "concealment": options("concealment", language),
        "detection_method": options("detection_method", language),
        "detection_aids": options("detection_aid", language),
    }
