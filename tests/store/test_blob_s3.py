"""The settings of an S3-compatible store (what it does: test_blobs)."""

from __future__ import annotations

import pytest

from cencomm.groups.errors import FileNotStored
from cencomm.settings import SettingsInvalid
from cencomm.store.blob_s3 import S3Blobs
from tests.s3_server import environment_of


def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsInvalid):
        S3Blobs("bucket", no_such_setting="x")


async def test_a_bucket_that_is_not_there_is_a_refusal_without_its_keys(
    s3_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment_of(s3_address).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FileNotStored) as error:
        await S3Blobs("no-such-bucket").put("files/a", b"x")
    assert error.value.facts == {}
