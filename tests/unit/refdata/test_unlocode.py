"""UNECE's own files, as they come: countries, other names, removed places, coordinates."""

from __future__ import annotations

import csv

import pytest

from cencomm.refdata.entry import Entry, merged
from cencomm.refdata.errors import RefdataMalformed
from cencomm.refdata.unlocode import entries_of, is_unlocode

FILE = """
"","NL","","",".NETHERLANDS","","","","","","",""
"","NL","RTM","Rotterdam","Rotterdam","ZH","12345---","AF","0401","","5155N 00430E",""
"+","NL","STD","Ständdaarbuiten","Standdaarbuiten","NB","--3-----","RL","1401","","5137N 00431E",""
"X","NL","OLD","Oudplaats","Oudplaats","","--3-----","RL","9501","","",""
"=","AT","","Vienna = Wien","Vienna = Wien","","","","","","",""
"","AT","VIE","Wien","Wien","9","12345---","AI","0001","VIE","4813N 01622E",""
"","PE","CLL","Callao","Callao","CAL","1-------","AF","9601","","1204S 07709W",""
""".strip().splitlines()


def rows(lines: list[str] = FILE) -> list[tuple[int, list[str]]]:
    return list(enumerate(csv.reader(lines), 1))


def test_the_first_row_tells_the_file_by_its_columns() -> None:
    assert is_unlocode(rows()[0][1])
    assert not is_unlocode(["code", "name"])
    assert not is_unlocode(["Ch", "Country", *"abcdefghij"])


def test_places_come_with_all_their_names_and_what_is_said_of_them() -> None:
    found = {entry.code: entry for entry in merged(entries_of(rows()))}
    assert set(found) == {"NLRTM", "NLSTD", "ATVIE", "PECLL"}
    assert [name for _, name in found["NLSTD"].names] == ["Ständdaarbuiten", "Standdaarbuiten"]
    assert [name for _, name in found["ATVIE"].names] == ["Wien", "Vienna"]
    assert found["NLRTM"].attributes == {
        "country": "NL",
        "subdivision": "ZH",
        "function": "12345",
        "status": "AF",
        "lat": "51.9167",
        "lon": "4.5000",
    }
    assert (found["PECLL"].attributes["lat"], found["PECLL"].attributes["lon"]) == ("-12.0667", "-77.1500")
    assert isinstance(found["ATVIE"], Entry)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["", "NL", "RT1", "Rotterdam", *[""] * 8], "LOCODE", "code"),
        (["", "nl", "RTM", "Rotterdam", *[""] * 8], "LOCODE", "code"),
        (["", "NL", "RTM", *[""] * 9], "Name", "empty"),
        (["", "NL", "RTM", "Rotterdam"], "", "cell_count"),
    ],
)
def test_a_bad_row_is_named(row: list[str], column: str, reason: str) -> None:
    with pytest.raises(RefdataMalformed) as refused:
        list(entries_of([*rows(), (99, row)]))
    assert refused.value.facts == {"line": 99, "column": column, "reason": reason}
