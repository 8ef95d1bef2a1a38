"""The short forms: every kind of fault once, each for half a second at most."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.soak.soak import Plan, soak
from tests.soak.stands import FORMS

BURSTS = 2
KINDS = {"nodes": (20, 21), "single": (10,)}
"""PostgreSQL's disk is filled only where a file system can be mounted."""


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_lost_doubled_or_reordered_whatever_breaks(form: str, tmp_path: Path) -> None:
    per_burst = -(-KINDS[form][-1] // BURSTS)
    plan = Plan(lambda _: True, BURSTS, per_burst, 3, 2, longest_fault_seconds=0.5, pace_seconds=0.05)
    outcome = asyncio.run(soak(form, tmp_path, plan, seed=1))
    print(outcome)
    assert outcome.violations == []
    assert len(outcome.faults) in KINDS[form]
