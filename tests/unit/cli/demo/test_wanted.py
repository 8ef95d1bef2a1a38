"""What the demonstration sends: nothing dropped, nothing guessed, the same for the same seed."""

from __future__ import annotations

from cencomm.cli.demo.wanted import Place, administrations, from_unodc, made_up, place_of
from tests.shared_data import shared_path


def test_every_row_of_the_real_table_becomes_a_form() -> None:
    wanted = from_unodc(shared_path("data", "seizures", "unodc_ids_border_2011_2016.csv"))
    assert len(wanted) == 8950
    assert [each.number for each in wanted] == list(range(1, 8951))
    assert len(administrations(wanted)) == 56
    assert all(place_of(each.answers) == each.place for each in wanted)
    assert len({each.place.unit for each in wanted}) == 12


def test_made_up_records_are_the_same_for_the_same_seed() -> None:
    assert made_up(30, 5) == made_up(30, 5)
    assert made_up(30, 5) != made_up(30, 6)
    assert len(administrations(made_up(30, 5))) >= 12
    assert len(administrations(made_up(30, 5, 3))) == 3


def test_a_form_without_source_is_counted_by_its_own_words() -> None:
    answers: dict[str, object] = {
        "reporting_country": "KE",
        "offence_at": "2024-05-06",
        "item": [{"unit": "LTR"}, {"unit": "KGM"}, {"unit": "KGM"}],
    }
    assert place_of(answers) == Place("KE", "2024", "KGM+LTR")
    assert place_of({}) == Place("", "", "none")
