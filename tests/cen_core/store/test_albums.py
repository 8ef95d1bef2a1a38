"""Two who change one album at once: the second is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cen_core.errors import VersionConflict
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import NCP, Stand


async def test_a_change_upon_an_old_revision_is_refused_by_the_row_itself(both: Stand) -> None:
    album = await both.core.cpdb.keep_album(NCP, "Ours")
    await both.core.cpdb.change_album(NCP, album.album_id, 1, "Newer", [])
    async with sql_units_of_work(both.engine)() as uow:
        with pytest.raises(VersionConflict):
            await uow.albums.put(replace(album, revision=2, title="Lost"), ())
    assert (await both.core.cpdb.album(NCP, album.album_id)).album.title == "Newer"
