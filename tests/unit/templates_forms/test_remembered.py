"""What is remembered changes nothing but speed: not the value, not what it costs, not what a missing answer does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cencomm.templates_forms.errors import ExpressionTooLarge
from cencomm.templates_forms.evaluation import Budget, Env, Layout, Row, compile_expression
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.remembered import COLUMNS, Remembered, comes_again, slots_of
from cencomm.templates_forms.values import Value
from tests.unit.templates_forms.forms import NOW

TYPES = {"a": "code", "b": "text", "day": "date", "note": "longtext", "q": "int"}
LAYOUT = Layout({"a": (), "b": (), "day": (), "note": (), "q": ("row",)}, {"row": ("row",)})


def _slots(text: str, inside: tuple[str, ...] = ()) -> object:
    return slots_of(parse(text).root, LAYOUT, inside, TYPES)


def _remembered(text: str, needs: tuple[tuple[int, str], ...] = ()) -> Remembered:
    expression = parse(text)
    slots = slots_of(expression.root, LAYOUT, (), TYPES)
    assert slots is not None
    return Remembered(compile_expression(expression, LAYOUT), expression.nodes, slots, needs)


def _env(answers: Mapping[str, Value], steps: int = 10_000) -> Env:
    row: Row = {"a": "", "b": "", "day": "", "note": "", "row": [], **answers}
    return Env((row,), NOW, {}, budget=Budget(steps))


def test_the_answers_that_an_expression_follows_from_are_found() -> None:
    assert _slots("if(${a} = 'x', -1, string-length(${b}))") == ((0, "a"), (0, "b"))
    assert _slots("${q} > 1 and ${a} = 'x'", ("row",)) == ((0, "a"), (1, "q"))
    assert _slots("selected(kind, ${a})") == ((COLUMNS, "kind"), (0, "a"))
    assert _slots("true()") == ()


@pytest.mark.parametrize(
    "text",
    [
        ". = 1",
        "${day} = ''",
        "${note} = ''",
        "${q} = 1",
        "count(${row})",
        "now()",
        "today()",
        "position()",
        "../a",
        "any(${row}, q)",
    ],
)
def test_what_follows_from_more_is_never_remembered(text: str) -> None:
    assert _slots(text) is None


def test_days_measures_and_long_texts_are_taken_to_differ() -> None:
    assert [kind for kind in ("code", "text", "date", "decimal", "longtext") if comes_again(kind)] == ["code", "text"]


def test_the_second_time_gives_the_same_value_for_the_same_cost() -> None:
    judged = _remembered("${a} = 'x' and contains(${b}, 'y')")
    for answers, value in (({"a": "x", "b": "y"}, True), ({"a": "x", "b": "n"}, False), ({"b": "y"}, False)):
        first, second = _env(answers), _env(answers)
        assert (judged(first), judged(second)) == (value, value)
        assert first.budget.steps == second.budget.steps < 10_000


def test_work_that_is_too_much_is_refused_also_when_it_is_remembered() -> None:
    judged = _remembered("${a} = 'x' or ${b} = 'y'")
    judged(_env({"a": "x"}))
    with pytest.raises(ExpressionTooLarge):
        judged(_env({"a": "x"}, steps=2))


def test_it_holds_and_costs_nothing_where_what_it_needs_is_missing() -> None:
    judged = _remembered("${a} = 'x'", ((0, "b"),))
    missing, there = _env({"a": "n"}), _env({"a": "n", "b": "y"})
    assert (judged(missing), missing.budget.steps) == (True, 10_000)
    assert (judged(there), there.budget.steps < 10_000) == (False, True)


@pytest.mark.parametrize(("length", "times"), [(80, 1), (81, 2)])
def test_a_long_answer_is_judged_anew_and_a_long_attribute_of_a_code_is_not(length: int, times: int) -> None:
    judged: list[Env] = []

    def run(env: Env) -> Value:
        judged.append(env)
        return True

    answer, attribute = Remembered(run, 1, ((0, "b"),)), Remembered(run, 1, ((COLUMNS, "kind"), (0, "a")))
    assert answer(_env({"b": "x" * length}))
    assert answer(_env({"b": "x" * length}))
    assert len(judged) == times
    env = _env({"a": "x"})
    env.columns = {"kind": "x" * 500}
    assert attribute(env)
    assert attribute(env)
    assert len(judged) == times + 1


def test_long_texts_and_more_combinations_than_the_bound_are_judged_all_the_same() -> None:
    judged = _remembered("string-length(${b}) > 100")
    assert [judged(_env({"b": "x" * size})) for size in (101, 100, 101, 5_000)] == [True, False, True, True]
    assert [judged(_env({"b": str(number)})) for number in range(600)] == [False] * 600
