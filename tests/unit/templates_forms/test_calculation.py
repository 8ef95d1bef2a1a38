from __future__ import annotations

from cencomm.templates_forms.calculation import default_values, derived_values
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
