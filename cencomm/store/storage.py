"""The storage for files that the settings name."""

from __future__ import annotations

from pathlib import Path

from cencomm.settings import Settings, SettingsInvalid
from cencomm.store.blob_folder import BlobFolder
from cencomm.store.blobs import FILES, Blobs


def open_blobs(settings: Settings) -> Blobs:
    """Raises SettingsInvalid: also where the extra `s3` is wanted and not installed."""
    if not settings.files_bucket:
        return BlobFolder(files_folder(settings))
    try:
        from cencomm.store.blob_s3 import S3Blobs  # noqa: PLC0415  an extra, absent where nobody wants it
    except ModuleNotFoundError:
        raise SettingsInvalid(setting="CENCOMM_FILES") from None
    return S3Blobs(settings.files_bucket)


def files_folder(settings: Settings) -> Path:
    """Where files lie that lie on this machine."""
    return settings.files_dir if settings.files_dir is not None else settings.data_dir / FILES
