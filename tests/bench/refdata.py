"""Search in a code list of 100,000 entries: the slowest of the searches that an officer types letter by letter."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from cencomm.refdata import Entry, Refdata
from tests.bench.figures import Figure, at_most, told

ENTRIES = 100_000
LIST = "location"
TYPED = ("port saint marie", "san bo", "rotterdam", "новый", "ميناء ج", "são", "BR", "kota ba", "xyz nothing", "la 7")
REPEATS = 5
_STARTS = ("Port", "Saint", "San", "Santa", "La", "El", "Новый", "ميناء", "São", "Kota", "Bad", "New", "Al", "")
_SYLLABLES = tuple(first + second for first in "bdklmnrstv" for second in "aeio")


def figures() -> list[Figure]:
    """How long the import took, and the slowest search."""
    entries = list(made_up())
    with tempfile.TemporaryDirectory() as folder, Refdata.open(Path(folder) / "refdata.sqlite") as refdata:
        begun = time.perf_counter()
        refdata.replace(LIST, entries, source="made up", edition="1", imported="")
        imported = time.perf_counter() - begun
        slowest = max(_search_ms(refdata, typed[:end]) for typed in TYPED for end in range(1, len(typed) + 1))
    return [
        told("import of 100,000 codes", imported, "s"),
        at_most("slowest search in 100,000 codes", slowest, "ms", 10),
    ]


def _search_ms(refdata: Refdata, typed: str) -> float:
    """The best of a few: what the search costs, not what else the machine did."""
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        refdata.search(LIST, typed)
        taken.append(time.perf_counter() - begun)
    return min(taken) * 1000


def made_up() -> Iterator[Entry]:
    """Places with names as real ones are: a few words that many share, and one that few have."""
    random = Random(7)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for number in range(ENTRIES):
        name = "".join(random.choices(_SYLLABLES, k=random.randint(2, 4))).capitalize()
        start = random.choice(_STARTS) if random.random() < 0.3 else ""
        code = f"{letters[number % 26]}{letters[number // 26 % 26]}{letters[number // 676 % 26]}{number // 17576:02d}"
        yield Entry(code, (("", f"{start} {name}".strip()),), {"country": code[:2]})


if __name__ == "__main__":
    from tests.bench.figures import table

    print(table(figures()))
