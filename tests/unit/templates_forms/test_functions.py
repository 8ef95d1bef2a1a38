from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cencomm.templates_forms.errors import ExpressionMalformed
from cencomm.templates_forms.evaluation import Layout, compile_expression
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.functions import FUNCTIONS

CASES = Path(__file__).parents[2] / "vectors" / "own" / "expression_cases.json"
EMPTY = Layout({}, {})


def test_every_function_has_shared_cases() -> None:
    """What each gives is in the shared file, which `tests/vectors/test_expression_cases.py` runs."""
    expressions = " ".join(case["expression"] for case in json.loads(CASES.read_text(encoding="utf-8"))["cases"])
    assert set(FUNCTIONS) <= set(re.findall(r"([a-z:-]+)\(", expressions))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_wrong_number_of_arguments_is_refused(name: str) -> None:
    function = FUNCTIONS[name]
    for count in (function.least - 1, function.most + 1):
        if count >= 0:
            with pytest.raises(ExpressionMalformed) as caught:
                compile_expression(parse(f"{name}({', '.join(['1'] * count)})"), EMPTY)
            assert caught.value.facts["reason"] == "argument_count"


def test_unknown_function_is_refused_with_its_place() -> None:
    with pytest.raises(ExpressionMalformed) as caught:
        compile_expression(parse("1 + eval('x')"), EMPTY)
    assert caught.value.facts == {"reason": "unknown_function", "position": 4}
