"""Figures: when one is met, and how they are kept."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench.figures import at_least, at_most, below, no_slower, table, told, write


def test_a_figure_is_met_by_its_limit() -> None:
    assert [at_most("a", 350, "kB", 350).ok, at_most("a", 351, "kB", 350).ok] == [True, False]
    assert [below("a", 299, "ms", 300).ok, below("a", 300, "ms", 300).ok] == [True, False]
    assert [at_least("a", 6_000, "a second", 6_000).ok, at_least("a", 5_999, "a second", 6_000).ok] == [True, False]
    assert told("a", 1, "s").ok is None
    assert [no_slower("a", 2, "ms", 4, "peer").ok, no_slower("a", 5, "ms", 4, "peer").ok] == [True, False]
    assert no_slower("a", 2, "ms", 4, "peer").ratio == 0.5


def test_every_run_keeps_what_the_others_left(tmp_path: Path) -> None:
    file = tmp_path / "build" / "bench.json"
    write([told("one", 1, "s"), told("two", 2, "s")], file)
    write([at_most("two", 3, "s", 4)], file)
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert [(one["name"], one["value"], one["wanted"], one["ok"]) for one in kept] == [
        ("one", 1.0, "", None),
        ("two", 3.0, "≤ 4 s", True),
    ]
    assert set(kept[0]) == {"name", "value", "unit", "reference", "ratio", "wanted", "ok"}


def test_the_table_says_what_is_not_met() -> None:
    said = table([below("slow", 3, "s", 1), told("known", 2, "s")])
    assert "NOT MET" in said.splitlines()[1]
    assert said.splitlines()[2].endswith("2 s")
