"""The code lists of the core: those of the simplified form, and its own for what only the long form asks.

Everything is keyed by the dictionary's codes; words are in six languages. Countries and currencies come from CLDR.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from babel.core import get_global

from cencomm.templates_forms.model import Code, Template, standard

UNKNOWN_COUNTRY: Final = "XX"
UNKNOWN_LOCATION: Final = "ZZZ"
"""The last three letters of a UN/LOCODE whose place is not known."""

FORM_LISTS: Final = (
    "country",
    "location_type",
    "direction",
    "transport_mode",
    "traffic_type",
    "heading",
    "product",
    "unit",
    "quantity_basis",
    "quantity_missing",
    "detection_method",
)
OWN_LISTS: Final = (
    "conveyance_type",
    "concealment",
    "detection_aid",
    "goods_outcome",
    "case_outcome",
    "value_basis",
)
_UNKNOWN = frozenset({"", "XX", "0", "unknown", "x_unit", "not_stated"})
_OTHER = frozenset({"other"})


@cache
def form() -> Template:
    """The simplified seizure form, whose lists the core shares."""
    return standard("simplified_seizure")


@cache
def own_words() -> dict[str, dict[str, dict[str, str]]]:
    """List -> code -> language -> words, of the core's own lists."""
    text = files("cen_core.model").joinpath("codes.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return loaded


@cache
def codes_of(name: str) -> frozenset[str]:
    """Every code of a list. Raises KeyError for a list that the core does not have."""
    if name == "currency":
        return frozenset(get_global("all_currencies"))
    if name in OWN_LISTS:
        return frozenset(own_words()[name])
    if name not in FORM_LISTS:
        raise KeyError(name)
    return frozenset(code.key for code in form().lists[name].codes)


def word(name: str, code: str, language: str) -> str:
    """The word of a code in `language`; the code itself where nobody has a word for it."""
    if name in OWN_LISTS:
        words = own_words()[name].get(code, {})
        return words.get(language) or words.get("en") or code
    if name in FORM_LISTS and code in codes_of(name):
        return form().code_word(name, code, language)
    return code


def all_codes() -> Iterator[tuple[str, str]]:
    """Every list with every code, those of currencies left out: they are written as they are."""
    for name in (*FORM_LISTS, *OWN_LISTS):
        for code in sorted(codes_of(name)):
            yield name, code


@cache
def _headings(name: str, code: str) -> frozenset[str]:
    found = form().code(name, code)
    return frozenset(found.attributes.get("headings", "").split()) if found is not None else frozenset()


def product_fits(heading: str, product: str) -> bool:
    """Whether the product belongs to the heading."""
    return heading in _headings("product", product)


def unit_fits(heading: str, unit: str) -> bool:
    """Whether the unit is used for the heading; a pound is never, it is converted before it is entered."""
    return heading in _headings("unit", unit)


@cache
def _unit(unit: str) -> Code:
    found = form().code("unit", unit)
    assert found is not None, unit
    return found


@cache
def canonical_unit(unit: str) -> tuple[str, Decimal]:
    """The unit in which totals of `unit` are kept, and how many of those one of `unit` is."""
    attributes = _unit(unit).attributes
    return attributes["canonical"], Decimal(attributes["factor"])


def is_counted(unit: str) -> bool:
    """Whether only whole numbers of it can be seized."""
    return _unit(unit).attributes["kind"] == "count"


@cache
def territory_of(country: str) -> str:
    """The customs territory of a country: a union's name, or the country itself."""
    for table in form().tables:
        if table.key == "customs_territory":
            return table.rows.get(country, {}).get("territory", country)
    return country


@cache
def airport_country(airport: str) -> str | None:
    """The country of an airport's three letters, where the form knows it."""
    for table in form().tables:
        if table.key == "airport":
            return table.rows.get(airport, {}).get("country")
    return None


def is_unknown(code: str) -> bool:
    """Whether the code says that nobody knows, or nothing at all."""
    return code in _UNKNOWN or (len(code) == 5 and code.endswith(UNKNOWN_LOCATION))


def is_other(code: str) -> bool:
    """Whether the code says only what the thing is not."""
    return code in _OTHER or code.startswith("other_")
