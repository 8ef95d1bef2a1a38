"""The backup's file: whole or not there, and every altered or missing byte is noticed."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import msgspec
import pytest

from cencomm.errors import DomainError
from cencomm.store.backup_file import (
    FORMAT,
    MANIFEST,
    BackupDamaged,
    BackupExists,
    BackupNotWritten,
    BackupTooNew,
    Manifest,
    new_backup,
    open_backup,
    read_manifest,
)

ROWS = [(b"\x00\xff", "ключ", 2**62, None, True), (b"", "", -1, 7, False)]
COLUMNS = ("a", "b", "c", "d", "e")


def write(path: Path, *, rows: int = 2, form: int = FORMAT) -> None:
    with new_backup(path) as writer:
        with writer.table("first", COLUMNS) as table:
            for _ in range(rows // 2):
                table.add(ROWS)
        with writer.table("empty", ("only",)):
            pass
        writer.finish(Manifest(form, "1.2.3", 5, "0001", "sqlite", "00ff", "Tiger", writer.tables))


def read(path: Path) -> list[list[object]]:
    with open_backup(path) as backup:
        return [row for name in backup.manifest.tables for chunk in backup.rows(name) for row in chunk]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "b.cencomm"


class TestRoundTrip:
    def test_rows_come_back_as_they_were(self, path: Path) -> None:
        write(path, rows=4)
        assert read(path) == [list(row) for row in ROWS * 2]
        assert read_manifest(path).rows == 4

    def test_only_its_owner_reads_it_and_nothing_else_is_left(self, path: Path) -> None:
        write(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert os.listdir(path.parent) == [path.name]

    def test_any_unzip_opens_it(self, path: Path) -> None:
        write(path)
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert MANIFEST in archive.namelist()


class TestWholeOrNotThere:
    def test_a_file_that_is_there_is_left_alone(self, path: Path) -> None:
        path.write_bytes(b"mine")
        with pytest.raises(BackupExists):
            write(path)
        assert path.read_bytes() == b"mine"

    def test_one_that_appears_meanwhile_is_left_alone(self, path: Path) -> None:
        with pytest.raises(BackupExists), new_backup(path) as writer:
            path.write_bytes(b"faster")
            writer.finish(Manifest(FORMAT, "1", 5, "0001", "sqlite", "00", "T", {}))
        assert path.read_bytes() == b"faster"
        assert os.listdir(path.parent) == [path.name]

    def test_what_fails_half_way_leaves_nothing(self, path: Path) -> None:
        with pytest.raises(KeyboardInterrupt), new_backup(path) as writer, writer.table("first", COLUMNS) as table:
            table.add(ROWS)
            raise KeyboardInterrupt
        assert os.listdir(path.parent) == []

    def test_a_full_disk_is_said_and_leaves_nothing(self, path: Path) -> None:
        with pytest.raises(BackupNotWritten) as refused, new_backup(path):
            raise OSError(28, "No space left on device")
        assert refused.value.facts["reason"] == "ENOSPC"
        assert os.listdir(path.parent) == []

    def test_a_folder_that_is_not_there(self, path: Path) -> None:
        with pytest.raises(BackupNotWritten) as refused:
            write(path.parent / "no" / "b")
        assert refused.value.facts["reason"] == "ENOENT"


class TestDamage:
    def test_every_altered_byte_is_noticed(self, path: Path) -> None:
        write(path)
        whole = path.read_bytes()
        for place in range(len(whole)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(BackupDamaged):
                read(path)

    def test_every_cut_is_noticed(self, path: Path) -> None:
        write(path)
        whole = path.read_bytes()
        for length in range(len(whole)):
            path.write_bytes(whole[:length])
            with pytest.raises(BackupDamaged):
                read(path)

    @pytest.mark.parametrize("added", [b"x", b"0" * 64, b"PK\x05\x06" + bytes(18)])
    def test_what_was_added_is_noticed(self, path: Path, added: bytes) -> None:
        write(path)
        path.write_bytes(path.read_bytes() + added)
        with pytest.raises(BackupDamaged):
            read(path)

    @pytest.mark.parametrize("said", [b"", b"PK", b"SQLite format 3\0" + bytes(4096), b"PK\x03\x04" + bytes(200)])
    def test_other_files_are_no_backup(self, path: Path, said: bytes) -> None:
        path.write_bytes(said)
        with pytest.raises(BackupDamaged):
            read(path)
        with pytest.raises(BackupDamaged):
            read_manifest(path)

    def test_a_newer_format_is_said_to_be_newer(self, path: Path) -> None:
        write(path, form=FORMAT + 1)
        with pytest.raises(BackupTooNew):
            read(path)

    @pytest.mark.parametrize("change", [{"columns": ("a",)}, {"rows": 3}, {"sha256": "0" * 64}])
    def test_a_manifest_that_does_not_fit_its_tables(self, path: Path, change: dict[str, object]) -> None:
        with pytest.raises(DomainError) as refused:
            with new_backup(path) as writer:
                with writer.table("first", COLUMNS) as table:
                    table.add(ROWS)
                entry = msgspec.structs.replace(writer.tables["first"], **change)
                writer.finish(Manifest(FORMAT, "1", 5, "0001", "sqlite", "00", "T", {"first": entry}))
            read(path)
        assert refused.value.code == BackupDamaged.code
