"""What may be said about a picture, and how its state moves."""

from __future__ import annotations

from typing import Any

import pytest

from cen_core.errors import (
    CaseMalformed,
    CenError,
    NominalField,
    PictureForbidden,
    PictureInvalid,
    UnknownField,
    VersionConflict,
    WrongState,
)
from cen_core.model import content as case_content
from cen_core.model import picture as contents
from cen_core.model.case import TRANSITIONS, Move, State
from cen_core.model.picture import Picture
from tests.cen_core.world import data, line, picture_data

MARK = {"x": 100, "y": 100, "width": 200, "height": 300, "words": "False wall"}


def test_what_is_said_comes_back() -> None:
    content = contents.parse(picture_data(marks=[MARK], counterpart="a" * 32))
    assert contents.decode(contents.encode(content)) == content
    assert content.marks[0].words == "False wall"


@pytest.mark.parametrize(
    ("changes", "refusal", "facts"),
    [
        ({"colour": 1}, UnknownField, {"field": "colour"}),
        ({"registration": "KAA 1"}, NominalField, {"field": "registration"}),
        ({"kind": "video"}, CaseMalformed, {"field": "kind"}),
        ({"concealment": None}, CaseMalformed, {"field": "concealment"}),
        ({"marks": [{**MARK, "x": 1001}]}, CaseMalformed, {"field": "marks[0].x"}),
        ({"marks": [{**MARK, "words": ""}]}, CaseMalformed, {"field": "marks[0].words"}),
        ({"marks": [{**MARK, "words": "x" * 201}]}, CaseMalformed, {"field": "marks[0].words"}),
        ({"marks": [{**MARK, "words": "a\x00"}]}, CaseMalformed, {"field": "marks[0].words"}),
        ({"marks": [MARK] * 21}, CaseMalformed, {"field": "marks"}),
        ({"case_id": "x"}, CaseMalformed, {"field": "case_id"}),
        ({"heading": "abuse_material"}, PictureForbidden, {}),
        ({"heading": "abuse_material", "product": "cocaine"}, PictureForbidden, {}),
        ({"heading": "nothing"}, PictureInvalid, {"field": "heading", "reason": "not_in_list"}),
        ({"heading": ""}, PictureInvalid, {"field": "heading", "reason": "missing"}),
        ({"concealment": []}, PictureInvalid, {"field": "concealment", "reason": "missing"}),
        ({"concealment": ["hull", "hull"]}, PictureInvalid, {"field": "concealment", "reason": "twice"}),
        ({"concealment": ["none", "hull"]}, PictureInvalid, {"field": "concealment", "reason": "number"}),
        ({"concealment": ["", "hull"]}, PictureInvalid, {"field": "concealment", "reason": "not_in_list"}),
        ({"product": "ivory_raw"}, PictureInvalid, {"field": "product", "reason": "not_of_heading"}),
        ({"marks": [{**MARK, "x": 900}]}, PictureInvalid, {"field": "marks[0]", "reason": "out_of_range"}),
        ({"marks": [MARK, {**MARK, "words": "  "}]}, PictureInvalid, {"field": "marks[1]", "reason": "out_of_range"}),
    ],
)
def test_what_is_refused(changes: dict[str, Any], refusal: type[CenError], facts: dict[str, Any]) -> None:
    with pytest.raises(refusal) as refused:
        contents.parse(picture_data(**changes))
    assert refused.value.facts == facts


def test_a_case_of_the_heading_is_known_by_any_of_its_lines() -> None:
    other = case_content.parse(data(goods=[line(), line(heading="abuse_material", product="device")]))
    assert contents.is_never_pictured(other)
    assert not contents.is_never_pictured(case_content.parse(data()))


def test_links_are_put_in_and_taken_out() -> None:
    content = contents.parse(picture_data(case_id="a" * 32, counterpart="b" * 32))
    assert contents.with_links(content) == contents.parse(picture_data())


def picture(**changes: Any) -> Picture:
    given: dict[str, Any] = {
        "number": 1,
        "picture_id": "0" * 32,
        "member": "KE",
        "author": "KE/a",
        "editor": "KE/a",
        "state": State.DRAFT,
        "revision": 3,
        "version": 2,
        "published": None,
        "sha256": "",
        "dhash": "0" * 16,
        "width": 9,
        "height": 9,
        "erased": False,
        "created_ms": 1,
        "changed_ms": 1,
    }
    return Picture(**(given | changes))


@pytest.mark.parametrize("state", State)
def test_it_moves_as_a_case_does(state: State) -> None:
    for move in Move:
        to = TRANSITIONS[state].get(move)
        if to is None:
            with pytest.raises(WrongState):
                picture(state=state).moved(move, 3, 9)
        else:
            moved = picture(state=state).moved(move, 3, 9)
            assert (moved.state, moved.revision, moved.changed_ms) == (to, 4, 9)
            assert moved.published == (2 if to is State.VALIDATED else None)


def test_who_saw_another_revision_changes_nothing() -> None:
    with pytest.raises(VersionConflict):
        picture().moved(Move.SUBMIT, 2, 9)


def test_what_was_published_stays_while_it_is_amended_and_is_never_discarded() -> None:
    amended = picture(state=State.VALIDATED, published=2).moved(Move.AMEND, 3, 9)
    assert (amended.published, amended.version) == (2, 3)
    with pytest.raises(WrongState):
        amended.moved(Move.DISCARD, 4, 9)


def test_taken_out_it_is_published_no_more_and_only_once() -> None:
    gone = picture(state=State.DRAFT, published=1).withdrawn(9)
    assert (gone.state, gone.published, gone.revision) == (State.WITHDRAWN, None, 4)
    assert gone.withdrawn(10) is gone
