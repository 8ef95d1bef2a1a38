"""Pictures in an object store that does not answer. What it shares with a folder is in `test_picture_folder.py`."""

from __future__ import annotations

import pytest

from cen_core.errors import StorageFailed
from cen_core.services.picture_files import name_of
from cen_core.store.picture_s3 import S3Pictures


async def test_a_store_that_does_not_answer_is_a_typed_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    store = S3Pictures("bucket", client_options={"allow_http": True}, retry_config={"max_retries": 0})
    with pytest.raises(StorageFailed):
        await store.put(name_of("a" * 32, "full"), b"x")
