"""The window into a picture: never over its edge, at one scale for all that is seen through it."""

from __future__ import annotations

import pytest

from cen_core.edge.picture_view import ZOOMS, Window, around, shown_in, window_of
from cen_core.errors import RequestMalformed
from cen_core.model import picture as contents
from cen_core.model.picture import FoundPicture, Mark
from tests.cen_core.world import picture_data


def test_the_whole_picture_is_the_beginning() -> None:
    assert window_of({}) == Window() and Window().query == ""
    assert window_of({"zoom": ["2"], "x": ["0"], "y": ["1000"]}) == Window(2, 250, 750)


@pytest.mark.parametrize("query", [{"zoom": ["3"]}, {"zoom": ["x"]}, {"x": ["1001"]}, {"y": ["-1"]}, {"x": ["1", "2"]}])
def test_another_window_than_there_is_is_refused(query: dict[str, list[str]]) -> None:
    with pytest.raises(RequestMalformed):
        window_of(query)


def test_it_moves_and_grows_within_the_picture() -> None:
    window = Window()
    for _ in range(5):
        window = window.zoomed(1)
    assert window.zoom == ZOOMS[-1]
    for right, down in ((9, 0), (0, 9), (-99, 0), (0, -99)):
        window = window.moved(right, down)
        half = 1000 // (2 * window.zoom)
        assert half <= window.x <= 1000 - half and half <= window.y <= 1000 - half
    for _ in range(5):
        window = window.zoomed(-1)
    assert window == Window()


def test_a_mark_is_seen_whole_in_its_window() -> None:
    mark = Mark(x=900, y=10, width=90, height=60, words="wall")
    window = around(mark)
    half = 500 / window.zoom
    assert window.zoom > 1
    assert window.x - half <= mark.x and mark.x + mark.width <= window.x + half + 1
    assert around(Mark(x=0, y=0, width=1000, height=1000, words="all")) == Window()


def test_what_is_seen_is_in_the_pictures_own_pixels() -> None:
    content = contents.parse(picture_data(marks=[{"x": 1, "y": 2, "width": 3, "height": 4, "words": "wall"}]))
    pane = shown_in(Window(2, 250, 750), FoundPicture("a" * 32, "KE", content, 400, 200))
    assert (pane.box, pane.size, len(pane.marks)) == ("0.0 100.0 200.0 100.0", "full", 1)
    assert shown_in(Window(), FoundPicture("a" * 32, "KE", content, 400, 200)).size == "screen"
