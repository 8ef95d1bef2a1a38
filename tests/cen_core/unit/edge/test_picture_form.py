"""The form of a picture, to data and back."""

from __future__ import annotations

from cen_core.edge import picture_form
from cen_core.model import picture as contents
from tests.cen_core.world import picture_data

MARK = {"x": 1, "y": 2, "width": 3, "height": 4, "words": "wall"}


def test_a_content_goes_through_the_form_and_keeps_its_marks() -> None:
    content = contents.parse(picture_data(marks=[MARK], case_id="a" * 32))
    values = picture_form.values_of(picture_form.values_from(content))
    assert contents.parse(picture_form.data_of(values, content)) == content


def test_an_empty_form_is_refused_by_its_first_field_and_not_by_accident() -> None:
    data = picture_form.data_of(picture_form.values_of({}))
    assert data["heading"] == "" and data["concealment"] == []


def test_the_form_offers_every_heading_but_the_forbidden_one() -> None:
    offered = {code.partition(":")[0] for _, listed in picture_form.goods("en") for code, _ in listed}
    assert "abuse_material" not in offered and {"drugs", "ods", "currency"} <= offered
    assert set(picture_form.choices("ar")) == {"conveyance_type", "concealment", "detection_method", "detection_aids"}
