"""Titles and revisions of albums."""

from __future__ import annotations

import pytest

from cen_core.errors import CaseMalformed, VersionConflict
from cen_core.model.album import MAX_TITLE, Album, checked

ALBUM = Album("a" * 32, "KE/ncp", "KE", "Containers", 3, 1)


def test_a_change_counts_and_trims() -> None:
    changed = ALBUM.changed(3, "  Lorries ", 9)
    assert (changed.title, changed.revision, changed.changed_ms, changed.officer) == ("Lorries", 4, 9, "KE/ncp")


def test_who_saw_another_revision_changes_nothing() -> None:
    with pytest.raises(VersionConflict):
        ALBUM.changed(2, "x", 9)


@pytest.mark.parametrize("title", ["", "   ", "x" * (MAX_TITLE + 1), "a\nb", "a\u202eb", "a\0"])
def test_what_is_no_title(title: str) -> None:
    with pytest.raises(CaseMalformed):
        checked(title)
