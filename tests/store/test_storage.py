"""The settings choose the storage."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cencomm.settings import Settings, SettingsInvalid
from cencomm.store.blob_folder import BlobFolder
from cencomm.store.blob_s3 import S3Blobs
from cencomm.store.storage import files_folder, open_blobs


def test_files_lie_beside_the_embedded_database_unless_said_otherwise() -> None:
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": "/srv/data"})
    assert files_folder(settings) == Path("/srv/data/files")
    assert isinstance(open_blobs(settings), BlobFolder)
    settings = Settings.from_environment({"CENCOMM_FILES": "/mnt/files"})
    assert files_folder(settings) == Path("/mnt/files")


def test_a_bucket_is_chosen_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert isinstance(open_blobs(Settings.from_environment({"CENCOMM_FILES": "s3://bucket/folder"})), S3Blobs)


def test_without_the_extra_the_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cencomm.store.blob_s3", None)
    with pytest.raises(SettingsInvalid):
        open_blobs(Settings.from_environment({"CENCOMM_FILES": "s3://bucket"}))
