"""The machine: folders, disk, open files, the built client, backups."""

from __future__ import annotations

import resource
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cencomm.errors import Fact
from cencomm.server.doctor.finding import Finding, ok, warning, wrong
from cencomm.settings import Settings
from cencomm.store.backup import SUFFIX
from cencomm.store.backup_file import BackupDamaged, BackupTooNew, Manifest, read_manifest

MEGABYTE = 1_000_000
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """Below or beyond these something is said."""

    disk_low: int = 5_000 * MEGABYTE
    disk_full: int = 500 * MEGABYTE
    open_files: int = 4_096
    """Each connected device takes one."""
    backup_hours: int = 26
    """A backup every day, and two hours for it."""


BOUNDS = Bounds()


def examine_machine(
    settings: Settings, deployment_id: str | None, now_ms: int, bounds: Bounds = BOUNDS
) -> Iterator[Finding]:
    yield _data_folder(settings.data_dir)
    yield from _disks(settings, bounds)
    yield _open_files(bounds)
    yield ok("client_built") if settings.client_dir is not None else warning("client_missing")
    yield _backups(settings.backup_dir, deployment_id, now_ms, bounds)


def _data_folder(folder: Path) -> Finding:
    if not folder.is_dir():
        return wrong("data_folder_missing", folder=str(folder))
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return warning("data_folder_open", folder=str(folder))
    return ok("data_folder_closed", folder=str(folder))


def _disks(settings: Settings, bounds: Bounds) -> Iterator[Finding]:
    """Each disk once, by the first of the folders that lie on it."""
    folders = [settings.data_dir, settings.backup_dir]
    folders += [settings.files_dir] if settings.files_dir is not None else []
    by_device: dict[int, Path] = {}
    for folder in folders:
        by_device.setdefault(device_of(_there(folder)), folder)
    for folder in by_device.values():
        yield _disk(folder, bounds)


def device_of(path: Path) -> int:
    return path.stat().st_dev


def _there(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def _disk(folder: Path, bounds: Bounds) -> Finding:
    free = shutil.disk_usage(_there(folder)).free
    facts: dict[str, Fact] = {"folder": str(folder), "megabytes": free // MEGABYTE}
    if free < bounds.disk_full:
        return wrong("disk_full", **facts)
    return warning("disk_low", **facts) if free < bounds.disk_low else ok("disk_free", **facts)


def _open_files(bounds: Bounds) -> Finding:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < bounds.open_files:
        return warning("open_files_few", limit=soft, wanted=bounds.open_files)
    return ok("open_files_enough")


def _backups(folder: Path, deployment_id: str | None, now_ms: int, bounds: Bounds) -> Finding:
    """Of the newest one; it is not read whole (that is `cencomm admin restore --check`)."""
    files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime) if folder.is_dir() else []
    if not files:
        return warning("backup_none", folder=str(folder))
    newest = files[-1]
    try:
        manifest = read_manifest(newest)
    except (BackupDamaged, BackupTooNew, OSError):
        return wrong("backup_unreadable", file=str(newest))
    return _age_of(manifest, newest, deployment_id, now_ms, bounds)


def _age_of(manifest: Manifest, path: Path, deployment_id: str | None, now_ms: int, bounds: Bounds) -> Finding:
    if deployment_id is not None and manifest.deployment_id != deployment_id:
        return wrong("backup_of_another", file=str(path))
    hours = (now_ms - manifest.created_ms) // HOUR_MS
    if hours > bounds.backup_hours:
        return warning("backup_old", file=str(path), hours=hours)
    return ok("backup_recent", file=str(path), hours=max(0, hours))
