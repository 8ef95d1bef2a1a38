from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cencomm.templates_forms.checking import MAX_RULES
from cencomm.templates_forms.errors import ExpressionMalformed, TemplateMalformed, TemplateTooLarge
from tests.unit.templates_forms.forms import decoded, small_data

Data = dict[str, Any]


def _top(data: Data) -> list[Data]:
    fields: list[Data] = data["groups"][0]["children"]
    return fields


def _row(data: Data) -> list[Data]:
    fields: list[Data] = data["groups"][1]["children"]
    return fields


FLAWS: dict[str, Callable[[Data], object]] = {
    "key_twice field": lambda data: _row(data)[3].update(key="name"),
    "key_twice group": lambda data: data["groups"][1].update(key="top"),
    "key_twice code": lambda data: data["code_lists"][0]["codes"][1].update(key="red"),
    "key_twice rule": lambda data: data["rules"][1].update(key="R1"),
    "code_list_and_type": lambda data: _row(data)[0].pop("code_list"),
    "unknown_code_list": lambda data: _row(data)[0].update(code_list="shape"),
    "calculation_and_type": lambda data: _top(data)[7].pop("calculation"),
    "reference_and_type": lambda data: _row(data)[0].update(reference="location"),
    "direct_nominal_to_cen": lambda data: _top(data)[0].update(cen="full"),
    "no_label field": lambda data: _top(data)[0].update(labels={}),
    "no_label code": lambda data: data["code_lists"][0]["codes"][1].pop("labels"),
    "unknown_field": lambda data: data["rules"][0].update(at="nothing"),
    "needs_out_of_reach": lambda data: data["rules"][1].update(needs=["amount"]),
    "no_message": lambda data: data["rules"][0].update(messages={}),
    "unit_field of a text": lambda data: _top(data)[0].update(unit_field="colour"),
    "unit_field elsewhere": lambda data: _top(data)[3].update(unit_field="colour"),
    "unit_field unknown": lambda data: _top(data)[3].update(unit_field="nothing"),
    "reference_to_derived": lambda data: _top(data)[3].update(constraint="${double} > 0"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_parts_that_do_not_fit_together_are_refused(flaw: str) -> None:
    data = small_data()
    FLAWS[flaw](data)
    with pytest.raises(TemplateMalformed) as caught:
        decoded(data)
    assert caught.value.facts["reason"] == flaw.partition(" ")[0]


def test_the_unspoilt_template_is_taken() -> None:
    assert decoded(small_data()).id == "small"


@pytest.mark.parametrize("member", ["required", "relevant", "constraint", "choice_filter", "default"])
def test_expression_that_does_not_compile_is_refused(member: str) -> None:
    data = small_data()
    _row(data)[0][member] = "${nothing} ="
    with pytest.raises(ExpressionMalformed):
        decoded(data)


def test_bare_name_is_refused_outside_a_choice_filter() -> None:
    data = small_data()
    _row(data)[0]["constraint"] = "warm = 'yes'"
    with pytest.raises(ExpressionMalformed):
        decoded(data)


def test_too_deep_too_many_fields_and_too_many_rules_are_refused() -> None:
    deep: Data = {"kind": "group", "key": "g0", "labels": {"en": "G"}, "children": []}
    for number in range(1, 8):
        deep = {"kind": "group", "key": f"g{number}", "labels": {"en": "G"}, "children": [deep]}
    rule = small_data()["rules"][1]
    field = small_data()["groups"][0]["children"][1]
    changes: list[Data] = [
        {"rules": [rule | {"expression": " and ".join(["regex('a', 'a')"] * 60), "key": f"P{n}"} for n in range(17)]},
        {"groups": [*small_data()["groups"], deep]},
        {"rules": [rule | {"key": f"X{number}"} for number in range(MAX_RULES + 1)]},
        {
            "groups": [
                *small_data()["groups"],
                {
                    "kind": "group",
                    "key": "many",
                    "labels": {"en": "M"},
                    "children": [field | {"key": f"f{number}"} for number in range(2_000)],
                },
            ]
        },
    ]
    for change in changes:
        with pytest.raises(TemplateTooLarge):
            decoded(small_data() | change)
