"""A part of a picture, larger: drawn by the server as a window into it, so that zooming needs no script.

Several pictures of the same thing are seen through the same window, at one scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from cen_core.edge.requests import Fields, one
from cen_core.errors import RequestMalformed
from cen_core.model.picture import WHOLE, FoundPicture, Mark, PictureView

ZOOMS: Final = (1, 2, 4, 8)
MIDDLE: Final = WHOLE // 2
AROUND_MARK: Final = 3
"""A mark is shown with this many times its own width or height."""


@dataclass(frozen=True, slots=True)
class Window:
    """How many times larger, and the middle in thousandths of width and height."""

    zoom: int = 1
    x: int = MIDDLE
    y: int = MIDDLE

    def moved(self, right: int, down: int) -> Window:
        """By halves of what is seen, never over the edge."""
        half = WHOLE // (2 * self.zoom)
        return Window(self.zoom, _within(self.x + right * half, half), _within(self.y + down * half, half))

    def zoomed(self, step: int) -> Window:
        at = min(max(ZOOMS.index(self.zoom) + step, 0), len(ZOOMS) - 1)
        return Window(ZOOMS[at], self.x, self.y).moved(0, 0)

    @property
    def query(self) -> str:
        return "" if self.zoom == 1 else "?" + urlencode({"zoom": self.zoom, "x": self.x, "y": self.y})


def _within(middle: int, half: int) -> int:
    return min(max(middle, half), WHOLE - half)


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture behind the window: `box` is what is seen of it, in its own pixels."""

    picture_id: str
    kind: str
    width: int
    height: int
    box: str
    size: str
    marks: Sequence[tuple[int, Mark]]
    letter: float
    """Height of a mark's number, in pixels of the picture."""


def window_of(query: Fields) -> Window:
    """Raises RequestMalformed."""
    zoom = _number(query, "zoom", 1)
    if zoom not in ZOOMS:
        raise RequestMalformed(what="zoom")
    return Window(zoom, _number(query, "x", MIDDLE), _number(query, "y", MIDDLE)).moved(0, 0)


def _number(query: Fields, name: str, default: int) -> int:
    text = one(query, name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 4 or int(text) > WHOLE:
        raise RequestMalformed(what=name)
    return int(text)


def around(mark: Mark) -> Window:
    """The window that shows the mark and what is around it."""
    fits = WHOLE // (AROUND_MARK * max(mark.width, mark.height, 1))
    zoom = max(each for each in ZOOMS if each <= max(fits, 1))
    return Window(zoom, mark.x + mark.width // 2, mark.y + mark.height // 2).moved(0, 0)


def shown_in(window: Window, picture: PictureView | FoundPicture) -> Shown:
    width, height = picture.width / window.zoom, picture.height / window.zoom
    left = picture.width * window.x / WHOLE - width / 2
    top = picture.height * window.y / WHOLE - height / 2
    return Shown(
        picture_id=picture.picture_id,
        kind=picture.content.kind,
        width=picture.width,
        height=picture.height,
        box=f"{left:.1f} {top:.1f} {width:.1f} {height:.1f}",
        size="screen" if window.zoom == 1 else "full",
        marks=list(enumerate(picture.content.marks, 1)),
        letter=round(max(picture.width, picture.height) / window.zoom / 26, 1),
    )
