from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.errors import DomainError
from cencomm.templates_forms.errors import ExpressionMalformed, ExpressionTooLarge
from cencomm.templates_forms.evaluation import (
    MAX_TEXT,
    Budget,
    Env,
    Layout,
    Row,
    compile_expression,
    evaluate,
    text_of,
)
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.functions import FUNCTIONS
from cencomm.templates_forms.values import MISSING, Moment, Value

LAYOUT = Layout({"a": (), "b": (), "q": ("item",), "s": ("item", "sub")}, {"item": ("item",), "sub": ("item", "sub")})
NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


def value_of(text: str, *rows: Row, inside: tuple[str, ...] = (), budget: Budget | None = None) -> Value:
    expression = parse(text)
    env = Env(rows or ({},), NOW, {}, (1,) * len(inside), budget=budget or Budget())
    return evaluate(compile_expression(expression, LAYOUT, inside), expression.nodes, env)


def test_missing_answer_is_empty_text() -> None:
    assert value_of("${a}") == MISSING
    assert value_of("${a} = ''") is True


def test_answers_of_a_repeat_are_many_from_outside_and_one_from_inside() -> None:
    item: Row = {"q": Decimal(1), "sub": [{"s": Decimal(3)}]}
    root: Row = {"item": [item, {"q": Decimal(2)}]}
    assert value_of("${q}", root) == (Decimal(1), Decimal(2))
    assert value_of("${q}", root, item, inside=("item",)) == Decimal(1)
    assert value_of("${s}", root) == (Decimal(3),)
    assert value_of("count(${sub})", root, item, inside=("item",)) == Decimal(1)


def test_later_operands_are_not_looked_at_once_the_answer_stands() -> None:
    budget = Budget(10)
    root: Row = {"item": [{}] * 100}
    assert value_of("true() or count(${item}) > 1", root, budget=budget) is True
    with pytest.raises(ExpressionTooLarge):
        value_of("count(${item}) > 1 or true()", root, budget=Budget(10))


def test_work_is_taken_from_the_budget_and_ends_with_an_error() -> None:
    rows: Row = {"item": [{"q": Decimal(1)}] * 500}
    with pytest.raises(ExpressionTooLarge) as caught:
        value_of("${q} = ${q}", rows)
    assert caught.value.facts["what"] == "steps"


def test_text_grows_only_to_its_bound() -> None:
    env = Env(({},), NOW, {})
    with pytest.raises(ExpressionTooLarge):
        text_of(env, "x" * (MAX_TEXT + 1))
    with pytest.raises(ExpressionTooLarge):
        value_of("concat(" + ", ".join(["${a}"] * 30) + ")", {"a": "x" * 20_000})


def test_unknown_field_and_bare_name_are_refused() -> None:
    for text in ("${nothing}", "warm = 'yes'"):
        with pytest.raises(ExpressionMalformed):
            compile_expression(parse(text), LAYOUT)


def test_columns_are_the_attributes_of_the_code_in_a_choice_filter() -> None:
    run = compile_expression(parse("warm = 'yes'"), LAYOUT, columns=True)
    assert run(Env(({},), NOW, {}, columns={"warm": "yes"})) is True
    assert run(Env(({},), NOW, {}, columns={})) is False
    assert run(Env(({},), NOW, {})) is False


ARGUMENTS = st.sampled_from(
    ["${a}", "${b}", "${q}", "''", "'x'", "-1", "2.5", "1 div 0", "today()", "true()", "'1970-01-01'"]
)
ANSWERS = st.sampled_from(
    ["", "x y", "😀", Decimal("-3.25"), Decimal("1e59"), True, Moment("2024-02-29", Decimal(19782))]
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(ARGUMENTS, max_size=4), ANSWERS, ANSWERS)
def test_every_function_has_an_answer_for_every_value(name: str, arguments: list[str], a: Value, b: Value) -> None:
    with contextlib.suppress(DomainError):
        result = value_of(f"{name}({', '.join(arguments)})", {"a": a, "b": b, "item": [{"q": a}, {}]})
        assert isinstance(result, str | Decimal | bool | Moment | tuple)
        assert not isinstance(result, Decimal) or result.is_finite()


@settings(deadline=None)
@given(
    st.sampled_from(["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or"]), ARGUMENTS, ARGUMENTS
)
def test_every_operator_has_an_answer_for_every_value(operator: str, left: str, right: str) -> None:
    result = value_of(f"{left} {operator} {right}", {"a": Decimal("1e59"), "b": "x", "item": [{"q": Decimal(3)}, {}]})
    assert not isinstance(result, Decimal) or result.is_finite()
