"""What is wrong with a machine is made to be wrong, and found."""

from __future__ import annotations

import dataclasses
import os
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cencomm.server.doctor import machine
from cencomm.server.doctor.finding import Level
from cencomm.server.doctor.machine import HOUR_MS, Bounds, examine_machine
from cencomm.settings import Settings
from cencomm.store.backup_file import FORMAT, Manifest, new_backup

NOW_MS = 1_790_000_000_000
ENOUGH = Bounds(disk_low=0, disk_full=0, open_files=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A machine on which nothing is wrong."""
    data, client = tmp_path / "data", tmp_path / "client"
    data.mkdir(mode=0o700)
    client.mkdir()
    (client / "index.html").touch()
    made = Settings.from_environment({"CENCOMM_DATA_DIR": str(data), "CENCOMM_CLIENT_DIR": str(client)})
    back_up(made.backup_dir, "b", NOW_MS)
    return made


def back_up(folder: Path, name: str, created_ms: int, deployment_id: str = "aa") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.cencomm"
    with new_backup(path) as writer:
        writer.finish(Manifest(FORMAT, "1", created_ms, "0001", "sqlite", deployment_id, "T", {}))
    return path


def codes(settings: Settings, bounds: Bounds = ENOUGH, deployment_id: str | None = "aa") -> dict[str, Level]:
    return {finding.code: finding.level for finding in examine_machine(settings, deployment_id, NOW_MS, bounds)}


@pytest.fixture
def few_open_files() -> Iterator[int]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (500, before[1]))
    yield 500
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_where_nothing_is_wrong_all_is_said_to_be_well(settings: Settings) -> None:
    assert codes(settings) == dict.fromkeys(
        ["data_folder_closed", "disk_free", "open_files_enough", "client_built", "backup_recent"], Level.OK
    )


def test_a_data_folder_that_others_can_read(settings: Settings) -> None:
    settings.data_dir.chmod(0o750)
    assert codes(settings)["data_folder_open"] is Level.WARNING


def test_a_data_folder_that_is_not_there(settings: Settings) -> None:
    nowhere = dataclasses.replace(settings, data_dir=settings.data_dir / "no" / "where")
    assert codes(nowhere)["data_folder_missing"] is Level.WRONG


@pytest.mark.parametrize(
    ("bounds", "code", "level"),
    [
        (Bounds(disk_low=2**62, disk_full=0), "disk_low", Level.WARNING),
        (Bounds(disk_low=2**62, disk_full=2**62), "disk_full", Level.WRONG),
    ],
)
def test_a_disk_with_less_room_than_is_wanted(settings: Settings, bounds: Bounds, code: str, level: Level) -> None:
    assert codes(settings, bounds)[code] is level


def test_every_disk_is_looked_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data folder and the backups lie on one disk here, the files of officers on another, which is full."""
    elsewhere = settings.data_dir.parent / "elsewhere" / "files"
    elsewhere.mkdir(parents=True)
    device = machine.device_of
    monkeypatch.setattr(machine, "device_of", lambda path: -1 if "elsewhere" in path.parts else device(path))
    free = shutil.disk_usage(settings.data_dir)
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: free._replace(free=10) if "elsewhere" in Path(path).parts else free
    )
    bounds = dataclasses.replace(ENOUGH, disk_full=11)
    disks = [
        (one.code, one.facts["folder"])
        for one in examine_machine(dataclasses.replace(settings, files_dir=elsewhere), "aa", NOW_MS, bounds)
        if one.code.startswith("disk_")
    ]
    assert disks == [("disk_free", str(settings.data_dir)), ("disk_full", str(elsewhere))]


def test_few_open_files(settings: Settings, few_open_files: int) -> None:
    assert codes(settings, Bounds())["open_files_few"] is Level.WARNING


def test_no_built_client(settings: Settings) -> None:
    assert codes(dataclasses.replace(settings, client_dir=None))["client_missing"] is Level.WARNING


class TestBackups:
    def test_none(self, settings: Settings) -> None:
        (settings.backup_dir / "b.cencomm").unlink()
        assert codes(settings)["backup_none"] is Level.WARNING
        settings.backup_dir.rmdir()
        assert codes(settings)["backup_none"] is Level.WARNING

    def test_the_newest_is_old(self, settings: Settings) -> None:
        (settings.backup_dir / "b.cencomm").unlink()
        back_up(settings.backup_dir, "old", NOW_MS - 27 * HOUR_MS)
        assert codes(settings)["backup_old"] is Level.WARNING

    def test_the_newest_counts(self, settings: Settings) -> None:
        os.utime(back_up(settings.backup_dir, "older", NOW_MS - 99 * HOUR_MS), (1, 1))
        assert codes(settings)["backup_recent"] is Level.OK

    def test_the_newest_is_cut(self, settings: Settings) -> None:
        path = settings.backup_dir / "b.cencomm"
        path.write_bytes(path.read_bytes()[:100])
        assert codes(settings)["backup_unreadable"] is Level.WRONG

    def test_the_newest_is_of_another_deployment(self, settings: Settings) -> None:
        assert codes(settings, deployment_id="bb")["backup_of_another"] is Level.WRONG
        assert codes(settings, deployment_id=None)["backup_recent"] is Level.OK
