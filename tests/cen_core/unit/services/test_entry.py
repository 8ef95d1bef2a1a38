"""From data to a content that may be stored."""

from __future__ import annotations

from datetime import date

import pytest

from cen_core.errors import CaseInvalid, CaseMalformed, UnknownField, WordsUnread
from cen_core.model.case import Version
from cen_core.services.entry import admit, day_of, reader_of, request_hash, with_words
from tests.cen_core.world import NCP, OFFICER, data, line

TODAY = date(2025, 1, 1)


def test_invalid_case_names_its_first_finding_and_counts_all() -> None:
    with pytest.raises(CaseInvalid) as refused:
        admit(data(direction="up", detection_method="magic"), TODAY)
    assert refused.value.facts == {"field": "direction", "reason": "not_in_list", "count": 2}


def test_only_the_contact_point_gives_its_word() -> None:
    worded = admit(data(place_text="Pier 7"), TODAY)
    assert reader_of(admit(data(), TODAY), OFFICER, words_read=False) == ""
    assert reader_of(worded, NCP, words_read=True) == "KE/ncp"
    for who, word in ((OFFICER, True), (OFFICER, False), (NCP, False)):
        with pytest.raises(WordsUnread):
            reader_of(worded, who, words_read=word)


def test_words_may_move_with_their_line_but_not_to_another_field() -> None:
    other = line(product="other", product_other="Horn powder")
    before = Version(1, 1, admit(data(goods=[other, line()]), TODAY), "KE/x", "KE/ncp", 0)
    moved = admit(data(goods=[line(), other]), TODAY)
    assert reader_of(moved, OFFICER, words_read=False, before=before) == "KE/ncp"
    elsewhere = admit(data(place_text="Horn powder"), TODAY)
    with pytest.raises(WordsUnread):
        reader_of(elsewhere, OFFICER, words_read=False, before=before)


def test_words_by_path() -> None:
    content = admit(data(goods=[line(), line(product="other")]), TODAY)
    worded = with_words(content, {"place_text": "Pier", "goods[1].product_other": "Horn"}, TODAY)
    assert (worded.place_text, worded.goods[1].product_other) == ("Pier", "Horn")
    assert with_words(worded, {"place_text": ""}, TODAY).place_text == ""


@pytest.mark.parametrize("path", ["goods[2].product_other", "goods[0].species", "country", "x", "goods"])
def test_words_go_nowhere_else(path: str) -> None:
    with pytest.raises(UnknownField):
        with_words(admit(data(), TODAY), {path: "text"}, TODAY)


def test_words_are_text() -> None:
    with pytest.raises(CaseMalformed):
        with_words(admit(data(), TODAY), {"place_text": 7}, TODAY)  # type: ignore[dict-item]


def test_request_hash_tells_contents_and_records_apart() -> None:
    one, other = admit(data(), TODAY), admit(data(direction="unknown"), TODAY)
    hashes = {request_hash(one, None), request_hash(other, None), request_hash(one, "a" * 64)}
    assert len(hashes) == 3
    assert request_hash(one, None) == request_hash(admit(data(), TODAY), None)


def test_day_is_utc() -> None:
    assert day_of(1_735_689_599_999) == date(2024, 12, 31)
    assert day_of(1_735_689_600_000) == TODAY
