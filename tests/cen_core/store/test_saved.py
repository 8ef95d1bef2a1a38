"""Watch lists on both databases."""

from __future__ import annotations

from cen_core.api import SavedKind, WantedSearch
from tests.cen_core.world import NCP, READER, Stand, import_data


async def test_kept_shared_measured_and_forgotten(both: Stand) -> None:
    await both.published(import_data("KE", "BR"))
    wanted = WantedSearch(SavedKind.INDICATOR, "Бразилия", {"departure": ["BR"]}, {"heading": ["drugs"]})
    kept = await both.core.save_search(NCP, wanted)
    assert [one.saved for one in await both.core.searches(NCP)] == [kept]
    both.now_ms += 1
    await both.published(import_data("KE", "BR", occurred_on="2024-03-05"))
    assert [one.fresh for one in await both.core.searches(NCP)] == [1]
    await both.core.share_search(NCP, kept.saved_id, shared=True)
    assert [one.saved.name for one in await both.core.searches(READER)] == ["Бразилия"]
    assert (await both.core.measure(READER, kept.saved_id)).total.hits == 2
    await both.core.forget_search(NCP, kept.saved_id)
    assert (await both.counts())["cen_saved"] == 0
