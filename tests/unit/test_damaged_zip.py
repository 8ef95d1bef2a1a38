"""Whatever byte of an archive is another, what is raised is known."""

from __future__ import annotations

import io
import zipfile
from random import Random

import pytest

from cencomm.damaged_zip import DAMAGED_ZIP

METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


@pytest.mark.parametrize("method", METHODS)
def test_every_damage_is_one_of_these(method: str) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", METHODS[method]) as archive:
        archive.writestr("a", Random(1).randbytes(40) * 3)
    whole = held.getvalue()
    refused = 0
    for place in range(len(whole)):
        for change in (0x01, 0x08, 0xFF):
            data = bytearray(whole)
            data[place] ^= change
            try:
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    assert archive.read("a")
            except (OSError, *DAMAGED_ZIP):
                refused += 1
    assert refused > len(whole)
