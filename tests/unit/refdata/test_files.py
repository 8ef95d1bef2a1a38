"""Operators' files are read within bounds; what archives say of themselves is not believed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from cencomm.refdata import files
from cencomm.refdata.errors import RefdataMalformed, RefdataTooLarge


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_both_encodings_of_unece_are_read(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.csv", "code,name\r\nA,Île d'Yeu\r\n".encode(encoding))
    assert list(files.rows_of(path)) == [(1, ["code", "name"]), (2, ["A", "Île d'Yeu"])]


@pytest.mark.parametrize("text", ["a;b\n1,5;x\n", "a\tb\n1,5\tx\n"])
def test_the_separator_is_the_one_of_the_first_line(tmp_path: Path, text: str) -> None:
    assert list(files.rows_of(write(tmp_path / "a.csv", text.encode())))[1] == (2, ["1,5", "x"])


def test_the_parts_in_an_archive_are_one_list_without_the_subdivisions(tmp_path: Path) -> None:
    members = {"b/Part2.csv": b"2,b", "b/Part1.csv": b"1,a", "SubdivisionCodes.csv": b"no,no", "readme.txt": b"no"}
    path = archive(tmp_path / "a.zip", members)
    assert [cells for _, cells in files.rows_of(path)] == [["1", "a"], ["2", "b"]]


def test_an_archive_that_grows_without_end_is_left_at_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 100_000)
    half = {"a.csv": b"a,b\n" * 15_000, "b.csv": b"a,b\n" * 15_000}
    path = archive(tmp_path / "a.zip", half)
    assert path.stat().st_size < 2_000
    with pytest.raises(RefdataTooLarge):
        list(files.rows_of(path))


def test_a_file_with_too_many_bytes_rows_or_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_ROWS", 2)
    with pytest.raises(RefdataTooLarge):
        list(files.rows_of(write(tmp_path / "rows.csv", b"a,b\n" * 3)))
    monkeypatch.setattr(files, "MAX_MEMBERS", 1)
    with pytest.raises(RefdataTooLarge):
        list(files.rows_of(archive(tmp_path / "a.zip", {"a.csv": b"a", "b.csv": b"b"})))
    monkeypatch.setattr(files, "MAX_BYTES", 3)
    with pytest.raises(RefdataTooLarge):
        list(files.rows_of(write(tmp_path / "long.csv", b"a,b\n")))


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"a\x00b,c\n", "not_text"), (b"\x81\x8d\xff", "not_text"), (b"a," + b"x" * 5_000, "cell_text")],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(RefdataMalformed) as refused:
        list(files.rows_of(write(tmp_path / "a.csv", data)))
    assert refused.value.facts["reason"] == reason


def test_a_broken_archive_and_one_without_tables_are_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.zip", {"a.csv": b"a,b\n" * 500}).read_bytes()
    broken = write(tmp_path / "b.zip", whole[:40] + b"\xff" * 6 + whole[46:])
    for path in (broken, archive(tmp_path / "c.zip", {"a.txt": b"a"})):
        with pytest.raises(RefdataMalformed):
            list(files.rows_of(path))


def test_an_archive_with_broken_compression_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a.csv": b"a,b\n" * 500})
    data = bytearray(path.read_bytes())
    start = data.index(b"a.csv") + len(b"a.csv")
    data[start : start + 4] = b"\xff" * 4
    path.write_bytes(data)
    with pytest.raises(RefdataMalformed):
        list(files.rows_of(path))
