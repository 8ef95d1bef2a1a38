from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.templates_forms.errors import TableMalformed
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.unodc import COLUMNS, UnodcRow, answers_for, original_values, read_unodc, rows_of
from cencomm.templates_forms.unodc_words import COUNTRIES, UNITS
from cencomm.templates_forms.validate import validate
from tests.shared_data import shared_path
from tests.unit.templates_forms.forms import NOW

HEADER = ";".join(COLUMNS)
ROW = {
    "REGION": "Africa",
    "SUBREGION": "East Africa",
    "COUNTRY": "Kenya",
    "PLACE": "Mombasa ",
    "SEIZURE_DATE": "2014-05-06",
    "DRUG_NAME": "Heroin",
    "AMOUNT": "0.7859999999999999",
    "DRUG_UNIT": "Kilogram",
    "INSTALLATION": "Seaport",
    "TRANSPORT": "Commercial sea",
    "DEPARTURE_COUNTRY": "Pakistan",
    "DESTINATION_COUNTRY": "Kenya",
    "ROUTING": "Border - inbound",
}


def lines(*rows: dict[str, str]) -> list[bytes]:
    return [f"{text}\n".encode() for text in [HEADER, *(";".join(row.get(c, "") for c in COLUMNS) for row in rows)]]


def one(**changes: str) -> UnodcRow:
    return next(rows_of(lines(ROW | {key.upper(): value for key, value in changes.items()})))


@pytest.fixture
def path() -> Path:
    return shared_path("data", "seizures", "unodc_ids_border_2011_2016.csv")


class TestRealTable:
    def test_every_row_becomes_a_valid_form_and_nothing_is_dropped(self, path: Path) -> None:
        template = standard("simplified_seizure")
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file, delimiter=";"))
        rows = read_unodc(path)
        assert len(rows) == len(table) == 8_950
        for row, cells in zip(rows, table, strict=True):
            answers = answers_for(row)
            assert validate(template, answers, now=NOW).valid, row.line
            assert original_values(answers) == cells
            assert answers["item"][0]["quantity"] == cells["AMOUNT"]

    def test_countries_years_and_units_add_up(self, path: Path) -> None:
        rows = read_unodc(path)
        counted = Counter((row.values["COUNTRY"], row.values["SEIZURE_DATE"][:4], row.unit) for row in rows)
        assert len({row.country for row in rows}) == 56
        assert len({row.unit for row in rows}) == 12
        again = Counter((row.country, str(row.year), row.unit) for row in rows)
        assert sorted(counted.values()) == sorted(again.values())
        assert len({answers_for(row)["national_case_ref"] for row in rows}) == 8_950

    def test_few_drugs_are_left_without_a_code(self, path: Path) -> None:
        products = Counter(answers_for(row)["item"][0]["product"] for row in read_unodc(path))
        assert products["other"] < 700


class TestRow:
    def test_codes_stand_for_words_and_words_stay(self) -> None:
        answers = answers_for(one())
        assert answers["reporting_country"] == answers["offence_country"] == "KE"
        assert answers["offence_at"] == "2014-05-06"
        assert (answers["location_type"], answers["offence_location"]) == ("seaport", "KEZZZ")
        assert answers["offence_place"] == "Mombasa"
        assert (answers["direction"], answers["departure_country"]) == ("import", "PK")
        assert answers["transport_mode"] == "1"
        assert answers["item"] == [
            {
                "heading": "drugs",
                "product": "heroin",
                "quantity": "0.7859999999999999",
                "unit": "KGM",
                "quantity_basis": "unknown",
            }
        ]
        assert "PLACE: Mombasa \n" in answers["source_text"]
        assert "unknown_reason" not in answers

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"departure_country": ""}, {"departure_country": "XX", "direction": "import"}),
            ({"departure_country": "Atlantis"}, {"departure_country": "XX"}),
            ({"departure_country": "Kenya"}, {"departure_country": "XX", "destination_country": "KE"}),
            (
                {"routing": "Border - outbound", "departure_country": "Kenya"},
                {"direction": "export", "departure_country": "KE", "destination_country": "XX"},
            ),
            ({"routing": "Border - transit/free trade zone"}, {"direction": "unknown"}),
        ],
    )
    def test_gap_or_contradiction_is_said_to_be_unknown_with_its_reason(
        self, changes: dict[str, str], expected: dict[str, str]
    ) -> None:
        answers = answers_for(one(**changes))
        assert expected.items() <= answers.items()
        assert len(answers["unknown_reason"]) > 10
        assert validate(standard("simplified_seizure"), answers, now=NOW).findings == ()

    @pytest.mark.parametrize(
        ("amount", "unit", "code"),
        [
            ("3", "Tablet", "x_tablet"),
            ("0.5", "Tablet", "x_unit"),
            ("7", "Cc", "MLT"),
            ("7", "Barette", "x_unit"),
            ("7", "Piece", "H87"),
        ],
    )
    def test_amount_keeps_its_digits_in_every_unit(self, amount: str, unit: str, code: str) -> None:
        item = answers_for(one(amount=amount, drug_unit=unit))["item"][0]
        assert (item["quantity"], item["unit"]) == (amount, code)

    def test_amount_of_zero_says_that_it_is_not_stated(self) -> None:
        answers = answers_for(one(amount="0.0"))
        assert answers["item"][0]["quantity_missing"] == "not_stated"
        assert validate(standard("simplified_seizure"), answers, now=NOW).valid

    def test_unknown_drug_keeps_its_name(self) -> None:
        item = answers_for(one(drug_name="Xy"))["item"][0]
        assert item["product"] == "other"
        assert item["product_other"] == "Xy (name of the source)"

    @given(st.dictionaries(st.sampled_from(["PLACE", "DRUG_NAME", "INSTALLATION"]), st.text("aé; :\"'=", min_size=1)))
    def test_any_words_come_back_as_they_were(self, words: dict[str, str]) -> None:
        if not words.get("DRUG_NAME", "x").strip():
            return
        row = UnodcRow(1, 2, "KE", 2014, "Gram", "1", dict.fromkeys(COLUMNS, "") | ROW | words)
        assert original_values(answers_for(row)) == dict(row.values)

    def test_answers_from_elsewhere_have_no_original(self) -> None:
        assert original_values({"source_text": "REGION: x"}) == {}
        assert original_values({}) == {}


class TestMalformedTable:
    @pytest.mark.parametrize(
        ("changes", "column", "reason"),
        [
            ({"country": "Atlantis"}, "COUNTRY", "unknown_country"),
            ({"seizure_date": "06.05.2014"}, "SEIZURE_DATE", "date"),
            ({"amount": "1,5"}, "AMOUNT", "amount"),
            ({"amount": "-1"}, "AMOUNT", "amount"),
            ({"amount": ""}, "AMOUNT", "amount"),
            ({"drug_name": " "}, "DRUG_NAME", "empty"),
            ({"routing": "Border"}, "ROUTING", "unknown_routing"),
            ({"place": "x" * 1_001}, "PLACE", "cell_text"),
        ],
    )
    def test_bad_cell_is_refused_with_line_and_column(self, changes: dict[str, str], column: str, reason: str) -> None:
        bad = ROW | {key.upper(): value for key, value in changes.items()}
        with pytest.raises(TableMalformed) as caught:
            list(rows_of(lines(ROW, bad)))
        assert caught.value.facts == {"line": 3, "column": column, "reason": reason}

    def test_bad_file_is_refused_with_its_line(self) -> None:
        cases: list[tuple[list[bytes], int, str]] = [
            ([], 1, "columns"),
            ([b"A;B\n"], 1, "columns"),
            ([*lines(ROW), b"a;b\n"], 3, "cell_count"),
            ([*lines(ROW), b"\xff\xfe\n"], 3, "not_utf8"),
            ([*lines(ROW), b'"open\n'], 3, "quoting"),
        ]
        for given_lines, line, reason in cases:
            with pytest.raises(TableMalformed) as caught:
                list(rows_of(given_lines))
            assert (caught.value.facts["line"], caught.value.facts["reason"]) == (line, reason)

    def test_rows_come_one_by_one_before_a_bad_line(self) -> None:
        rows = rows_of([*lines(ROW, ROW), b"bad\n"])
        assert [next(rows).number, next(rows).line] == [1, 3]
        with pytest.raises(TableMalformed):
            next(rows)

    def test_reading_a_file_is_reading_its_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "table.csv"
        path.write_bytes(b"".join(lines(ROW)))
        assert read_unodc(path) == list(rows_of(lines(ROW)))
        assert Decimal(read_unodc(path)[0].amount) == Decimal("0.7859999999999999")
        assert set(UNITS) and set(COUNTRIES)
