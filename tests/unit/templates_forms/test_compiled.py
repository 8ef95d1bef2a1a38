from __future__ import annotations

from cencomm.templates_forms.compiled import layout_of, place_of_rule, plan_of
from cencomm.templates_forms.model import standard
from tests.unit.templates_forms.forms import decoded, small, small_data


def test_layout_knows_the_repeats_around_every_field() -> None:
    layout = layout_of(small())
    assert layout.fields["name"] == ()
    assert layout.fields["colour"] == ("row",)
    assert layout.repeats == {"row": ("row",)}
    assert place_of_rule(layout, "amount") == ("row",)
    assert place_of_rule(layout, "row") == ()


def test_groups_inside_a_repeat_belong_to_its_rows() -> None:
    data = small_data()
    inner = {"kind": "group", "key": "inner", "labels": {"en": "I"}, "children": [data["groups"][1]["children"].pop()]}
    data["groups"][1]["children"].append(inner)
    plan = plan_of(decoded(data))
    assert [field.field.key for field in plan.level.repeats[0].level.fields] == ["colour", "mixed", "amount", "owner"]


def test_plan_is_made_once_for_a_template() -> None:
    assert plan_of(small()) is plan_of(small())


def test_code_lists_are_lookup_tables_too() -> None:
    tables = plan_of(standard("simplified_seizure")).tables
    assert tables["unit"]["GRM"]["factor"] == "0.001"
    assert tables["customs_territory"]["NA"]["territory"] == "SACU"
