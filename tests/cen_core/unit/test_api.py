"""The door of the core."""

from __future__ import annotations

from pathlib import Path

import pytest

from cen_core import api
from cen_core.api import open_core, project, source_key
from cen_core.errors import DatabaseUrlInvalid
from cen_core.store.picture_folder import PictureFolder
from tests.cen_core.world import FINGERPRINT_KEY, NCP, NOW_MS, OFFICER, change, entry


async def test_open_core_keeps_what_was_entered(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cen.db'}"
    async with open_core(url, FINGERPRINT_KEY, PictureFolder(tmp_path), now_ms=lambda: NOW_MS) as core:
        case = await core.create(OFFICER, entry())
        assert (len(case.case_id), case.created_ms) == (32, NOW_MS)
    async with open_core(url, FINGERPRINT_KEY, PictureFolder(tmp_path)) as core:
        waiting = await core.submit(OFFICER, change(case))
        done = await core.withdraw(NCP, change(waiting), "mistake")
        assert done.changed_ms > NOW_MS


async def test_other_databases_are_refused() -> None:
    with pytest.raises(DatabaseUrlInvalid):
        async with open_core("mysql://x/y", FINGERPRINT_KEY, PictureFolder(Path())):
            pass


def test_door_offers_what_it_says() -> None:
    assert all(hasattr(api, name) for name in api.__all__)
    assert project({})["form"] == "simplified"
    assert len(source_key(FINGERPRINT_KEY, "KE", "1")) == 64
