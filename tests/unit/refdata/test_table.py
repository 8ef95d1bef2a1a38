"""Tables with a header: UNECE's Recommendations, re-published UN/LOCODE, and any other."""

from __future__ import annotations

import csv

import pytest

from cencomm.refdata.entry import Entry
from cencomm.refdata.errors import RefdataMalformed
from cencomm.refdata.table import entries_of


def rows(*lines: str) -> list[tuple[int, list[str]]]:
    return list(enumerate(csv.reader(lines), 1))


def test_recommendation_20_as_unece_publishes_it() -> None:
    lines = rows(
        "Group Number,Sector,Group ID,Quantity,Level/ Category,Status,Common Code,Name,"
        "Conversion Factor,Symbol,Description",
        '02,Mechanics,1,mass,1,,KGM,kilogram,kg,kg,"A unit of mass, ""SI"""',
        "02,Mechanics,2,mass,1,X,KMT0,removed,,,",
    )
    found = list(entries_of("unit", lines))
    assert [(entry.code, entry.names) for entry in found] == [("KGM", (("", "kilogram"),))]
    assert found[0].attributes["symbol"] == "kg"
    assert found[0].attributes["conversion_factor"] == "kg"


def test_recommendation_21_as_unece_publishes_it() -> None:
    found = list(entries_of("package", rows("Status,Code,Name,Description,NumericCode", ',1A,"Drum, steel ",,34')))
    assert found == [Entry("1A", (("", "Drum, steel"),), {"numericcode": "34"})]


def test_un_locode_as_others_publish_it() -> None:
    lines = rows(
        "ISO 3166-1,Country Name,Ch,LOCODE,Name,NameWoDiacritics",
        "AL,Albania,,AL,Albania,Albania",
        "AL,Albania,,AL DRZ,Durrës,Durres",
    )
    (entry,) = entries_of("location", lines)
    assert (entry.code, [name for _, name in entry.names]) == ("ALDRZ", ["Durrës", "Durres"])


def test_names_in_languages_and_columns_of_any_header() -> None:
    lines = rows("code,name,name_fr,Label ar", "0004,Ammonium picrate,Picrate d’ammonium,بيكرات")
    (entry,) = entries_of("un_number", lines)
    assert entry.names == (("", "Ammonium picrate"), ("fr", "Picrate d’ammonium"), ("ar", "بيكرات"))
    lines = rows("Id,FullName,CurrentListing", "3,Manis pentadactyla,I")
    (entry,) = entries_of("cites", lines, code_column="FullName", name_column="fullname")
    assert (entry.code, entry.name("en"), entry.attributes) == (
        "Manis pentadactyla",
        "Manis pentadactyla",
        {"id": "3", "currentlisting": "I"},
    )


@pytest.mark.parametrize(
    ("lines", "line", "column", "reason"),
    [
        (["code,name", "4,Ammonium picrate"], 2, "code", "code"),
        (["code,name", "0004,"], 2, "name", "empty"),
        (["code,name", "0004,a,b"], 2, "", "cell_count"),
        (["number,name", "0004,a"], 1, "code", "columns"),
        (["code,text", "0004,a"], 1, "name", "columns"),
    ],
)
def test_a_bad_row_is_named(lines: list[str], line: int, column: str, reason: str) -> None:
    with pytest.raises(RefdataMalformed) as refused:
        list(entries_of("un_number", rows(*lines)))
    assert refused.value.facts == {"line": line, "column": column, "reason": reason}
