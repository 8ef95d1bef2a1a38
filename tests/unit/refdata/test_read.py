"""A list from a file, whatever its known form."""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.refdata.errors import RefdataMalformed
from cencomm.refdata.read import read_list


def test_uneces_file_and_a_table_with_header_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"","NL","RTM","Rotterdam","Rotterdam","ZH","1","AF","0401","","",""\n', "latin-1")
    (tmp_path / "b.csv").write_text("LOCODE,Name\nNL RTM,Rotterdam\n", "utf-8")
    assert [read_list("location", tmp_path / name)[0].code for name in ("a.csv", "b.csv")] == ["NLRTM", "NLRTM"]


@pytest.mark.parametrize("text", ["", "code,name\n"])
def test_a_list_without_entries_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(RefdataMalformed, match="empty"):
        read_list("package", tmp_path / "a.csv")
