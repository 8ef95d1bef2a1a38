"""The own vectors are what the code makes today, and say what docs/protocol.md says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.vectors.conftest import VectorCount
from tests.vectors.own.make import FILES, text_of

OWN = Path(__file__).resolve().parent / "own"


@pytest.mark.parametrize("name", FILES)
def test_they_are_made_again_byte_for_byte(name: str, count_vectors: VectorCount) -> None:
    stored = (OWN / name).read_text(encoding="utf-8")
    assert stored == text_of(FILES[name]()), f"{name} differs: is that meant? then run python -m tests.vectors.own"
    lists = [value for value in json.loads(stored).values() if isinstance(value, list)]
    count_vectors(f"own/{name}", count=max([len(value) for value in lists], default=1))


def test_the_replay_tells_the_whole_story() -> None:
    events = json.loads((OWN / "replay.json").read_text(encoding="utf-8"))["events"]
    assert [event["outcome"] for event in events] == [
        "started", "committed", "recorded", "refused", "committed", "rejected", "rejected", "started", "committed",
        "closed",
    ]  # fmt: skip


def test_the_policy_allows_and_refuses() -> None:
    commits = json.loads((OWN / "policy.json").read_text(encoding="utf-8"))["commits"]
    verdicts = {commit["name"]: commit["rule"] for commit in commits}
    assert [name for name, rule in verdicts.items() if rule is None] == [
        "an organiser renews his leaf",
        "an organiser admits",
        "an organiser removes",
        "an organiser adds a device",
        "a member renews his leaf",
        "a member revokes",
        "a device joins",
        "a device comes back",
    ]
    assert {name: rule for name, rule in verdicts.items() if rule is not None} == {
        "no commit data": "P03",
        "time runs backwards": "P04",
        "a member adds": "P06",
        "a member removes": "P07",
        "a member changes the roster": "P08",
        "the version jumps": "P12",
        "another operation": "P13",
        "no organiser is left": "P16",
        "a stranger's device": "P23",
        "a revoked leaf stays": "P25",
        "out of the roster, still in the tree": "P23",
        "no path": "P02",
    }
