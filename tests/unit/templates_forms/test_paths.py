"""What each path gives is in the shared cases (`tests/vectors`); here: nothing hangs, nothing breaks."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.errors import DomainError
from cencomm.templates_forms.errors import ExpressionMalformed, ExpressionTooLarge
from cencomm.templates_forms.evaluation import Budget, Env, Layout, Row, compile_expression, evaluate
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.values import Moment
from tests.expression_grammar import made
from tests.vectors.test_expression_cases import PLAN, ROOT

LAYOUT = Layout(
    {"a": (), "q": ("item",), "s": ("item", "sub")},
    {"item": ("item",), "sub": ("item", "sub")},
    {"top": "", "a": "top", "item": "", "q": "item", "sub": "item", "s": "sub"},
)


def _refused(text: str, at: str = "a", inside: tuple[str, ...] = ()) -> object:
    with pytest.raises(ExpressionMalformed) as caught:
        compile_expression(parse(text), LAYOUT, inside, at=at)
    return caught.value.facts["reason"]


def test_a_path_that_leads_nowhere_says_so() -> None:
    assert _refused("../nothing") == "path_leads_nowhere"
    assert _refused("../../..") == "path_leads_nowhere"
    assert _refused("..") == "path_to_group"
    assert _refused("${item}/..") == "path_back_out_of_rows"
    assert _refused("${a}[1]") == "conditions_without_rows"
    assert _refused("/form/item[1]/../a") == "path_back_out_of_rows"
    assert _refused("any(${a}, true())") == "repeat_expected"
    assert _refused("position(..)") == "position_outside_repeat"
    assert _refused("indexed-repeat(${s}, ${sub}, 1)") == "field_not_in_repeat"
    assert _refused("uuid()") == "only_in_defaults"
    assert _refused("jr:choice-name(${a}, '${a}')") == "field_without_codes"


def test_conditions_within_conditions_end_at_the_budget() -> None:
    rows: Row = {"item": [{"q": Decimal(1), "sub": []}] * 500}
    expression = parse("count(${item}[count(${item}[count(/form/item[q = 1]) > 0]) > 0])")
    env = Env((rows,), datetime(2024, 3, 1, tzinfo=UTC), {})
    with pytest.raises(ExpressionTooLarge) as caught:
        evaluate(compile_expression(expression, LAYOUT), expression.nodes, env)
    assert caught.value.facts["what"] == "steps"
    assert (env.rows, env.positions, env.current) == ((rows,), (), None)


def test_rows_that_are_not_needed_are_not_looked_at() -> None:
    rows: Row = {"item": [{"q": Decimal(1), "sub": []}] * 500}
    expression = parse("any(${item}, count(/form/item) = 500)")
    env = Env((rows,), datetime(2024, 3, 1, tzinfo=UTC), {}, budget=Budget(1_100))
    assert evaluate(compile_expression(expression, LAYOUT), expression.nodes, env) is True


@settings(max_examples=600, deadline=None)
@given(st.integers(min_value=0, max_value=2**64), st.sampled_from([((), "n"), (("items",), "q"), (("items",), "")]))
def test_every_expression_has_an_answer_or_a_typed_refusal(seed: int, place: tuple[tuple[str, ...], str]) -> None:
    inside, at = place
    items = ROOT["items"]
    assert isinstance(items, list)
    env = PLAN.env(ROOT, datetime(2024, 3, 1, tzinfo=UTC))
    env.rows, env.positions = (ROOT, *items[:1] * len(inside)), (1,) * len(inside)
    before = env.rows, env.positions, env.own, env.current
    try:
        expression = parse(made(Random(seed)))
        value = evaluate(compile_expression(expression, PLAN.layout, inside, at=at), expression.nodes, env)
        assert isinstance(value, str | Decimal | bool | Moment | tuple)
        assert not isinstance(value, Decimal) or value.is_finite()
    except DomainError:
        pass
    assert (env.rows, env.positions, env.own, env.current) == before


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="${}[]()/.,'\"=<>+-*ai1 ‘”😀\\", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        compile_expression(parse(text), LAYOUT, at="a")
    except DomainError as error:
        assert error.code.startswith("templates.expression_")
