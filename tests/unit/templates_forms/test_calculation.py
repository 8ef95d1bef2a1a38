from __future__ import annotations

from cencomm.templates_forms.calculation import derived_values
from cencomm.templates_forms.model import standard
from tests.unit.templates_forms.forms import NOW, good_item, small


def test_derived_values_stand_at_their_paths() -> None:
    template = standard("simplified_seizure")
    assert derived_values(template, good_item(quantity="1500", unit="GRM"), now=NOW) == {
        "item[0].quantity_canonical": "1.5"
    }
    assert derived_values(small(), {"count": 21}, now=NOW) == {"double": "42"}


def test_what_cannot_be_calculated_has_no_value() -> None:
    assert derived_values(small(), {"count": "x"}, now=NOW) == {}
    assert derived_values(standard("simplified_seizure"), {"item": "x"}, now=NOW) == {}
