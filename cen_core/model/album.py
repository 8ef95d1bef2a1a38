"""A training album: published pictures in an order that somebody chose, under a title."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from cen_core.errors import CaseMalformed, VersionConflict
from cen_core.model.picture import FoundPicture

MAX_TITLE: Final = 120
MAX_PICTURES: Final = 200
MAX_ALBUMS: Final = 100
"""Of one officer."""


@dataclass(frozen=True, slots=True)
class Album:
    """`officer` keeps it and stands for its title; `revision` counts its changes."""

    album_id: str
    officer: str
    member: str
    title: str
    revision: int
    changed_ms: int

    def changed(self, sent_revision: int, title: str, now_ms: int) -> Album:
        """Raises VersionConflict, CaseMalformed."""
        if sent_revision != self.revision:
            raise VersionConflict(sent=sent_revision, current=self.revision)
        return replace(self, title=checked(title), revision=self.revision + 1, changed_ms=now_ms)


@dataclass(frozen=True, slots=True)
class OpenAlbum:
    """With those of its pictures that are published now."""

    album: Album
    pictures: tuple[FoundPicture, ...]


def checked(title: str) -> str:
    """Without spaces around it. Raises CaseMalformed."""
    plain = title.strip()
    if not 0 < len(plain) <= MAX_TITLE or not plain.isprintable():
        raise CaseMalformed(field="title")
    return plain
