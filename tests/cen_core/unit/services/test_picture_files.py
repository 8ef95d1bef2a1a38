"""Names of files, and what a cleaned picture is known by."""

from __future__ import annotations

import hashlib

import pytest

from cen_core.errors import PictureUnknown
from cen_core.services.picture_files import Cleaned, name_of


def test_a_file_has_one_name() -> None:
    assert name_of("a" * 32, "thumb") == f"pictures/{'a' * 32}/thumb.jpg"


@pytest.mark.parametrize("size", ["", "../../cen.key", "full.jpg", "FULL"])
def test_a_size_that_there_is_not_is_no_name(size: str) -> None:
    with pytest.raises(PictureUnknown):
        name_of("a" * 32, size)


def test_the_hash_is_that_of_what_is_kept() -> None:
    assert Cleaned({"full": b"x"}, 1, 1, "0").sha256 == hashlib.sha256(b"x").hexdigest()
