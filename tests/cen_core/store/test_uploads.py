"""The upload log and idempotency keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cen_core.errors import KeyReused
from cen_core.model.upload import Upload, UploadState
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import Stand

UPLOAD = Upload("u" * 32, "KE", "KE/otieno", "march – март – مارس", UploadState.SUBMITTED, 3, 2, 1, 10, 10)


async def test_uploads_come_back_newest_first(both: Stand) -> None:
    newer = replace(UPLOAD, upload_id="v" * 32, at_ms=20)
    elsewhere = replace(UPLOAD, upload_id="w" * 32, member="FR")
    async with sql_units_of_work(both.engine)() as uow:
        for upload in (UPLOAD, newer, elsewhere):
            await uow.uploads.add(upload)
        done = replace(UPLOAD, state=UploadState.UNDONE, changed_ms=30)
        await uow.uploads.update(done)
        assert await uow.uploads.get(UPLOAD.upload_id, for_update=True) == done
        assert await uow.uploads.get("x" * 32) is None
        assert await uow.uploads.log("KE", 10) == [newer, done]
        assert await uow.uploads.log("KE", 1) == [newer]


async def test_key_is_used_once_by_an_officer(both: Stand) -> None:
    new = sql_units_of_work(both.engine)
    async with new() as uow:
        await uow.keys.add("KE/a", "key", "one", "c" * 32, 1)
        await uow.keys.add("KE/b", "key", "other", "d" * 32, 1)
        await uow.commit()
    async with new() as uow:
        with pytest.raises(KeyReused):
            await uow.keys.add("KE/a", "key", "two", "e" * 32, 1)
    async with new() as uow:
        assert await uow.keys.get("KE/a", "key") == ("one", "c" * 32)
