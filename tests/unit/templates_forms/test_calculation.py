from __future__ import annotations

import pytest

from cencomm.templates_forms.calculation import default_row, default_values, derived_values, plain_answer
from cencomm.templates_forms.errors import ExpressionMalformed
from cencomm.templates_forms.model import standard
from tests.unit.templates_forms.forms import NOW, decoded, good_item, small, small_data


def test_derived_values_stand_at_their_paths() -> None:
    template = standard("simplified_seizure")
    assert derived_values(template, good_item(quantity="1500", unit="GRM"), now=NOW) == {
        "item[0].quantity_canonical": "1.5"
    }
    assert derived_values(small(), {"count": 21}, now=NOW) == {"double": "42"}


def test_what_cannot_be_calculated_has_no_value() -> None:
    assert derived_values(small(), {"count": "x"}, now=NOW) == {}
    assert derived_values(standard("simplified_seizure"), {"item": "x"}, now=NOW) == {}


def test_form_begins_with_its_defaults_and_keeps_what_is_answered() -> None:
    template = standard("simplified_seizure")
    assert default_values(template, {}, now=NOW) == {"sharing_targets": ["group"]}
    assert default_values(template, {"reporting_country": "KE", "sharing_targets": ["cen"]}, now=NOW) == {
        "offence_country": "KE"
    }


def test_defaults_are_plain_data_of_their_type() -> None:
    data = small_data()
    for key, default in {"count": "1 + 1", "done": "1 = 1", "day": "today()", "plate": "'K1'"}.items():
        next(field for field in data["groups"][0]["children"] if field["key"] == key)["default"] = default
    assert default_values(decoded(data), {}, now=NOW) == {"count": 2, "done": True, "day": "2026-03-01", "plate": "K1"}


def test_a_new_row_begins_with_its_own_defaults() -> None:
    data = small_data()
    row = next(group for group in data["groups"] if group["key"] == "row")
    number = {"kind": "field", "key": "number", "type": "int", "labels": {"en": "Number"}, "default": "position(..)"}
    copied = {"kind": "field", "key": "copied", "type": "int", "labels": {"en": "Copied"}, "default": "${count}"}
    row["children"] = [*row["children"], number, copied]
    template = decoded(data)
    assert default_row(template, {"count": 7, "row": [{"number": 1}]}, "row", now=NOW) == {"number": 2, "copied": 7}
    assert default_row(template, {"row": [{}, {}, {}]}, "row", now=NOW) == {}
    assert default_row(template, {}, "nothing", now=NOW) == {}


def test_an_identifier_made_by_chance_stands_only_in_defaults() -> None:
    data = small_data()
    plate = next(field for field in data["groups"][0]["children"] if field["key"] == "plate")
    plate["default"] = "uuid()"
    made = default_values(decoded(data), {}, now=NOW)["plate"]
    assert len(made) == 36
    assert default_values(decoded(data), {}, now=NOW)["plate"] != made
    assert default_values(decoded(data), {}, now=NOW, new_id=lambda: "abc") == {"plate": "abc"}
    plate["constraint"] = ". = uuid()"
    with pytest.raises(ExpressionMalformed):
        decoded(data)


def test_words_of_codes_are_in_the_readers_language_only_where_one_is_named() -> None:
    data = small_data()
    row = next(group for group in data["groups"] if group["key"] == "row")
    word = {"kind": "field", "key": "word", "type": "derived", "labels": {"en": "Word"}}
    row["children"] = [*row["children"], word | {"calculation": "jr:choice-name(${colour}, '${colour}')"}]
    answers = {"row": [{"colour": "red"}]}
    assert derived_values(decoded(data), answers, now=NOW) == {"row[0].word": "Red"}
    assert derived_values(decoded(data), answers, now=NOW, language="fr") == {"row[0].word": "Rouge"}


def test_values_become_plain_answers() -> None:
    assert plain_answer("codes", "a b") == ["a", "b"]
    assert plain_answer("bool", "x") is True
    assert plain_answer("int", "1.5") == "1.5"
