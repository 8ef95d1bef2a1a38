"""Measured figures: what is wanted of each, a table to read and `build/bench.json` for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "build" / "bench.json"


@dataclass(frozen=True)
class Figure:
    """One measurement; `reference` is what another implementation took in the same run."""

    name: str
    value: float
    unit: str
    reference: float | None
    ratio: float | None
    wanted: str
    ok: bool | None
    """None where nothing is demanded."""


def told(name: str, value: float, unit: str) -> Figure:
    """A figure of which nothing is demanded."""
    return Figure(name, _short(value), unit, None, None, "", None)


def at_most(name: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(name, _short(value), unit, None, None, f"≤ {limit:g} {unit}", value <= limit)


def at_least(name: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(name, _short(value), unit, None, None, f"≥ {limit:g} {unit}", value >= limit)


def below(name: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(name, _short(value), unit, None, None, f"< {limit:g} {unit}", value < limit)


def no_slower(name: str, value: float, unit: str, reference: float, other: str) -> Figure:
    """Beside what `other` took for the same work in the same run."""
    ratio = value / reference
    return Figure(name, _short(value), unit, _short(reference), round(ratio, 3), f"≤ {other}", ratio <= 1)


def at_least_times(name: str, value: float, unit: str, reference: float, times: float) -> Figure:
    """So many times what the reference did in the same run."""
    ratio = value / reference
    return Figure(name, _short(value), unit, _short(reference), round(ratio, 3), f"≥ {times:g} times", ratio >= times)


def at_most_times(name: str, value: float, unit: str, reference: float, times: float) -> Figure:
    """At most so many times what the reference took in the same run."""
    ratio = value / reference
    return Figure(name, _short(value), unit, _short(reference), round(ratio, 3), f"≤ {times:g} times", ratio <= times)


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def write(figures: Iterable[Figure], file: Path = FILE) -> None:
    """Keep the figures; those of the same name that an earlier run left are replaced, the others stay."""
    kept = {one["name"]: one for one in json.loads(file.read_text())} if file.exists() else {}
    kept |= {figure.name: asdict(figure) for figure in figures}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(list(kept.values()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def table(figures: Iterable[Figure]) -> str:
    """For a terminal: what was measured, what is wanted, whether it holds."""
    heads = ("", "measured", "reference", "ratio", "wanted", "")
    rows = [heads, *[_row(figure) for figure in figures]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = [
        [
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    ]
    return "\n".join("  ".join(line).rstrip() for line in lines)


def _row(figure: Figure) -> tuple[str, ...]:
    verdict = {True: "ok", False: "NOT MET", None: ""}[figure.ok]
    reference = "" if figure.reference is None else f"{figure.reference:g} {figure.unit}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    return (figure.name, f"{figure.value:g} {figure.unit}", reference, ratio, figure.wanted, verdict)
