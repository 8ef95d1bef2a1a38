"""The demonstration: made-up cases that keep every rule, and people who can sign in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cen_core import demo
from cen_core.api import CenPeople, Question
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.unit.edge.web import PASSWORD, quick_passwords
from tests.cen_core.world import Stand


async def test_it_fills_an_empty_core(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "CASES", 5)
    people = CenPeople(sql_units_of_work(stand.engine), quick_passwords(), now_ms=lambda: stand.now_ms)
    await demo.fill(stand.core, people, PASSWORD, datetime.fromtimestamp(stand.now_ms / 1000, UTC).date())
    analyst = demo.principal("KE", "analyst")
    assert (await stand.core.search(analyst, Question({}))).total == 5 * len(demo.MEMBERS)
    assert len(await stand.core.worklist(analyst)) == demo.WAITING
    for _, officer in demo.accounts():
        _, person = await people.sign_in(officer, PASSWORD)
        assert person.officer == officer
