"""Lists are replaced whole or not at all, and found by code and by the beginnings of any name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from cencomm.refdata import store
from cencomm.refdata.entry import Entry
from cencomm.refdata.errors import RefdataDamaged, RefdataTooLarge, RefdataUnknownList
from cencomm.refdata.store import Refdata

PLACES = [
    Entry("NLRTM", (("", "Rotterdam"),), {"function": "1"}),
    Entry("BRSSZ", (("", "Santos"), ("", "Porto de Santos"))),
    Entry("BRSAO", (("", "São Paulo"),)),
    Entry("NLROO", (("", "Roosendaal"),)),
    Entry("DZALG", (("", "Alger"), ("en", "Algiers"), ("ar", "الجزائر"), ("ru", "Алжир"))),
    Entry("USRTM", (("", "New Rotterdam"),)),
]


@pytest.fixture
def refdata(tmp_path: Path) -> Iterator[Refdata]:
    with Refdata.open(tmp_path / "deep" / "refdata.sqlite") as opened:
        put(opened, "location", PLACES)
        put(opened, "airport", [Entry("RTM", (("", "Rotterdam The Hague"),))])
        yield opened


def put(refdata: Refdata, name: str, entries: list[Entry]) -> None:
    refdata.replace(name, entries, source="test", edition="1", imported="2026-11-28")


def found(refdata: Refdata, text: str, name: str = "location", limit: int = 20) -> list[str]:
    return [one.entry.code for one in refdata.search(name, text, limit)]


def test_codes_come_first_then_beginnings_of_names_then_words_within(refdata: Refdata) -> None:
    assert found(refdata, "nl") == ["NLROO", "NLRTM"]
    assert found(refdata, "rott") == ["NLRTM", "USRTM"]
    assert found(refdata, "RO") == ["NLRTM", "NLROO", "USRTM"]
    assert [one.by_code for one in refdata.search("location", "nlrtm")] == [True]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("sao pau", "BRSAO"),
        ("SÃO", "BRSAO"),
        ("santos porto", "BRSSZ"),
        ("por sant", "BRSSZ"),
        ("الجز", "DZALG"),
        ("алж", "DZALG"),
        ("algiers", "DZALG"),
    ],
)
def test_any_name_in_any_script_finds_the_place(refdata: Refdata, typed: str, code: str) -> None:
    assert found(refdata, typed) == [code]


@pytest.mark.parametrize("typed", ["", "  ", '"', "*", "a OR b", "NEAR(x)", "word:rott", "x" * 10_000, "\x00", "zzz"])
def test_what_nobody_is_called_finds_nothing(refdata: Refdata, typed: str) -> None:
    assert found(refdata, typed) == []


def test_a_search_looks_at_its_own_list_and_ends_at_the_limit(refdata: Refdata) -> None:
    assert found(refdata, "rott", "airport") == ["RTM"]
    assert len(found(refdata, "r", limit=2)) == 2


def test_an_entry_is_found_by_its_exact_code(refdata: Refdata) -> None:
    assert refdata.get("location", "NLRTM") == PLACES[0]
    assert refdata.get("location", "nlrtm") is None
    for name in ("harbours", "Location"):
        with pytest.raises(RefdataUnknownList):
            refdata.get(name, "NLRTM")


def test_a_list_takes_the_place_of_what_it_held(refdata: Refdata) -> None:
    put(refdata, "location", [PLACES[1]])
    assert found(refdata, "rott") == []
    assert refdata.get("location", "NLRTM") is None
    assert found(refdata, "rott", "airport") == ["RTM"]
    assert [(info.name, info.entries) for info in refdata.lists()] == [("airport", 1), ("location", 1)]


def test_what_is_refused_changes_nothing(refdata: Refdata, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        put(refdata, "location", [PLACES[1], PLACES[1]])
    with pytest.raises(RefdataUnknownList):
        put(refdata, "../x", PLACES)
    monkeypatch.setattr(store, "MAX_ENTRIES", 2)
    with pytest.raises(RefdataTooLarge):
        put(refdata, "location", PLACES[:3])
    assert found(refdata, "rott") == ["NLRTM", "USRTM"]
    assert [info.entries for info in refdata.lists()] == [1, len(PLACES)]


def test_lists_are_there_again_when_the_file_is_opened_anew(tmp_path: Path) -> None:
    with Refdata.open(tmp_path / "r") as first:
        put(first, "location", PLACES)
    with Refdata.open(tmp_path / "r") as again:
        assert found(again, "rott") == ["NLRTM", "USRTM"]


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, but longer than its header would be " * 20)
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    for name in ("text", "other"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(RefdataDamaged), Refdata.open(tmp_path / name):
            pass
        assert (tmp_path / name).read_bytes() == before
    with pytest.raises(RefdataDamaged), Refdata.open(tmp_path):
        pass
