"""Code lists from packages that are installed (DESIGN §8): read as data, never imported as code, never downloaded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError

from cencomm.i18n import LANGUAGES
from cencomm.refdata.entry import ANY, Entry, merged
from cencomm.refdata.errors import RefdataMalformed, RefdataUnavailable
from cencomm.refdata.files import rows_of
from cencomm.refdata.lists import LISTS
from cencomm.templates_forms.model import standard

Folder = Callable[[str], Path | None]


def installed(package: str) -> Path | None:
    """The folder of an installed package."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def from_package(name: str, folder: Folder = installed) -> list[Entry]:
    """The list `name` from the package that has it.

    Raises:
        RefdataUnavailable: no package has it, or the one that has is not installed.
        RefdataMalformed: the package's file is of another shape.
    """
    kind = LISTS.get(name)
    reader = _READERS.get(name)
    if kind is None or reader is None:
        raise RefdataUnavailable(name=name, package="")
    place = folder(kind.package)
    if place is None:
        raise RefdataUnavailable(name=name, package=kind.package)
    try:
        found = merged(reader(place))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise RefdataMalformed(line=0, column=kind.package, reason="package") from None
    if not found or any(kind.code.fullmatch(entry.code) is None for entry in found):
        raise RefdataMalformed(line=0, column=kind.package, reason="package")
    return found


def _airports(folder: Path) -> Iterator[Entry]:
    titles: list[str] = []
    for _, cells in rows_of(folder / "airports.csv"):
        if not titles:
            titles = cells
            continue
        row = dict(zip(titles, cells, strict=True))
        if LISTS["airport"].code.fullmatch(row["iata"]) is not None:
            names = dict.fromkeys((ANY, row[key]) for key in ("name", "city") if row[key])
            said = {key: row[key] for key in ("icao", "country", "city", "lat", "lon") if row[key]}
            yield Entry(row["iata"], tuple(names), said)


def _ports(folder: Path) -> Iterator[Entry]:
    document = json.loads((folder / "data" / "ports.geojson").read_bytes())
    for feature in document["features"]:
        said = feature["properties"]
        code = str(said["port"])
        if LISTS["location"].code.fullmatch(code) is not None:
            longitude, latitude = feature["geometry"]["coordinates"]
            attributes = {"country": code[:2], "function": "1", "lat": str(latitude), "lon": str(longitude)}
            yield Entry(code, ((ANY, str(said["name"])),), attributes)


def _hs(folder: Path) -> Iterator[Entry]:
    document = json.loads((folder / "databases" / "hscodes.json").read_bytes())
    for one in document["hscodes"]:
        if LISTS["hs"].code.fullmatch(str(one["hscode"])) is not None:
            yield Entry(one["hscode"], (("en", one["description"]),), {"section": one["section"]})


def _territories(_folder: Path) -> Iterator[Entry]:
    yield from _of_cldr(lambda locale: locale.territories, LISTS["country"].code.fullmatch)


def _currencies(_folder: Path) -> Iterator[Entry]:
    yield from _of_cldr(lambda locale: locale.currencies, LISTS["currency"].code.fullmatch)


_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
"""CLDR names them as territories too."""


def _of_cldr(names: Callable[[Locale], Mapping[str, str]], fits: Callable[[str], object]) -> Iterator[Entry]:
    for language in LANGUAGES:
        try:
            words = names(Locale(language))
        except UnknownLocaleError:
            raise ValueError(language) from None
        for code, name in words.items():
            if fits(code) and code not in _NO_COUNTRIES:
                yield Entry(code, ((language, name),))


def _own(name: str) -> Callable[[Path], Iterator[Entry]]:
    """The codes that our own forms use, with their words in six languages."""

    def read(_folder: Path) -> Iterator[Entry]:
        for code in standard("simplified_seizure").lists[name].codes:
            if LISTS[name].code.fullmatch(code.key) is not None:
                yield Entry(code.key, tuple(code.labels.items()), {})

    return read


_READERS: Mapping[str, Callable[[Path], Iterator[Any]]] = {
    "airport": _airports,
    "location": _ports,
    "hs": _hs,
    "country": _territories,
    "currency": _currencies,
    "transport_mode": _own("transport_mode"),
    "unit": _own("unit"),
}
