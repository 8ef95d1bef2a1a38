"""What a parsed expression means: it is compiled once, against the places of its fields, into nested functions.

Total and bounded: every operation has an answer for every value (`values.py`), and an evaluation spends from a budget
(one step per node, per row looked at and per 50 characters worked on) that ends it with a typed error, at the same
point on every client.

Missing answers are empty text: equal to `''`, false, no number. Arithmetic with a missing number is missing; an order
comparison with one is false. `=` compares truth values if one side is one, else moments, else numbers, else text; of
several values of a repeat, any may fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from cencomm.templates_forms.errors import ExpressionMalformed, ExpressionTooLarge
from cencomm.templates_forms.expression import Call, Chain, Column, Expression, Literal, Negation, Node, Reference, Self
from cencomm.templates_forms.values import (
    CONTEXT,
    MISSING,
    Moment,
    Value,
    bounded,
    moment_of,
    parse_moment,
    to_bool,
    to_number,
    to_text,
)

Row = Mapping[str, "Value | list[Row]"]
"""Typed answers of one level: values of fields, and lists of rows under the keys of repeats."""
Tables = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Lookup tables: name -> row -> column -> text. Code lists with attributes are tables too."""

MAX_STEPS = 200_000
MAX_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Layout:
    """Where fields and repeats stand: by key, the repeats from the outermost in (for a repeat, itself included)."""

    fields: Mapping[str, tuple[str, ...]]
    repeats: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Budget:
    """Steps that are left for all expressions of one record."""

    steps: int = MAX_STEPS

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise ExpressionTooLarge(what="steps", limit=MAX_STEPS)


@dataclass(slots=True)
class Env:
    """What an evaluation may look at. `rows` holds the form's top level, then the row in each repeat that encloses the
    expression; `positions` their numbers from 1; `own` the value of `.`; `columns` the attributes of the code that a
    choice filter judges."""

    rows: tuple[Row, ...]
    now: datetime
    tables: Tables
    positions: tuple[int, ...] = ()
    own: Value = MISSING
    columns: Mapping[str, str] | None = None
    budget: Budget = field(default_factory=Budget)

    def moment(self) -> Moment:
        return moment_of(self.now)


Compiled = Callable[[Env], Value]


def evaluate(compiled: Compiled, nodes: int, env: Env) -> Value:
    """The value of an expression, its `nodes` steps taken from the budget."""
    env.budget.spend(nodes)
    return compiled(env)


def compile_expression(
    expression: Expression, layout: Layout, inside: tuple[str, ...] = (), *, columns: bool = False
) -> Compiled:
    """The function for `expression`, standing in the repeats `inside`; `columns` for a choice filter.

    Raises:
        ExpressionMalformed: unknown field or function, or a call that does not fit the function.
    """
    return Compiler(layout, inside, columns).compile(expression.root)


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns nodes into functions; what functions may ask about their arguments is here too (`functions.py`)."""

    layout: Layout
    inside: tuple[str, ...]
    columns: bool = False

    def compile(self, node: Node) -> Compiled:
        match node:
            case Negation(operand=operand):
                return _negation(self.compile(operand))
            case Chain():
                return self._chain(node)
            case Call():
                from cencomm.templates_forms.functions import compile_call  # noqa: PLC0415  functions compile arguments

                return compile_call(self, node)
            case _:
                return self._operand(node)

    def _operand(self, node: Literal | Self | Column | Reference) -> Compiled:
        match node:
            case Literal(value=value):
                return lambda env: value
            case Self():
                return lambda env: env.own
            case Column(key=key, position=position):
                return self._column(key, position)
            case Reference(key=key):
                return self.reference(key)

    def reference(self, key: str) -> Compiled:
        """The answer to a field in the nearest row; from outside its repeat, all its answers in order."""
        if key in self.layout.fields:
            path = self.layout.fields[key]
        elif key in self.layout.repeats:
            path = self.layout.repeats[key]
            return _all(self._shared(path[:-1]), path, None)
        else:
            raise ExpressionMalformed(reason="unknown_field", position=0)
        shared = self._shared(path)
        if shared == len(path):
            return _one(shared, key)
        return _all(shared, path, key)

    def _column(self, key: str, position: int) -> Compiled:
        if not self.columns:
            raise ExpressionMalformed(reason="bare_name", position=position)
        return lambda env: (env.columns or {}).get(key, MISSING)

    def _shared(self, path: tuple[str, ...]) -> int:
        """How many repeats around `path` are also around the expression."""
        shared = 0
        for ours, theirs in zip(self.inside, path, strict=False):
            if ours != theirs:
                break
            shared += 1
        return shared

    def _chain(self, node: Chain) -> Compiled:
        head = self.compile(node.head)
        links = [(operator, self.compile(operand)) for operator, operand in node.links]
        first = links[0][0]
        if first in {"or", "and"}:
            return _logic(first == "or", [head, *(operand for _, operand in links)])
        if len(links) == 1:
            return _binary(_OPERATORS[first], head, links[0][1])
        steps = [(_OPERATORS[operator], operand) for operator, operand in links]

        def run(env: Env) -> Value:
            value = head(env)
            for operator, operand in steps:
                value = _apply(env, operator, value, operand(env))
            return value

        return run


def _one(depth: int, key: str) -> Compiled:
    def run(env: Env) -> Value:
        value = env.rows[depth].get(key, MISSING)
        assert not isinstance(value, list)
        return value

    return run


def _all(shared: int, path: tuple[str, ...], key: str | None) -> Compiled:
    """Every answer to `key` below the row that is shared; without a key, one `true` for each row."""
    below = path[shared:]

    def run(env: Env) -> Value:
        rows: list[Row] = [env.rows[shared]]
        for repeat in below:
            rows = [inner for row in rows for inner in _rows(row, repeat)]
            env.budget.spend(len(rows) + 1)
        if key is None:
            return (True,) * len(rows)
        return tuple(_value(row, key) for row in rows)

    return run


def _rows(row: Row, repeat: str) -> list[Row]:
    found = row.get(repeat, [])
    return found if isinstance(found, list) else []


def _value(row: Row, key: str) -> Value:
    value = row.get(key, MISSING)
    return value if not isinstance(value, list) else MISSING


def _negation(operand: Compiled) -> Compiled:
    def run(env: Env) -> Value:
        number = to_number(operand(env))
        if not isinstance(number, Decimal):
            return MISSING
        return number.copy_negate() if number else number  # `-number` would round to the context's digits

    return run


def _logic(is_or: bool, operands: list[Compiled]) -> Compiled:
    """`or` and `and`: later operands are not looked at once the answer stands."""

    def run(env: Env) -> Value:
        return any(to_bool(o(env)) for o in operands) if is_or else all(to_bool(o(env)) for o in operands)

    return run


def _binary(operator: Callable[[Value, Value], Value], left: Compiled, right: Compiled) -> Compiled:
    return lambda env: _apply(env, operator, left(env), right(env))


def _apply(env: Env, operator: Callable[[Value, Value], Value], left: Value, right: Value) -> Value:
    """Several values against several are that many comparisons, and cost as much."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        env.budget.spend(len(left) * len(right))
    return operator(left, right)


def equal(left: Value, right: Value) -> bool:
    """`=`, for the kinds in the order that the module names."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return to_bool(left) == to_bool(right)
    if isinstance(left, tuple):
        return any(equal(item, right) for item in left)
    if isinstance(right, tuple):
        return any(equal(left, item) for item in right)
    pair = _comparable(left, right)
    return pair is not None and pair[0] == pair[1]


def _comparable(left: Value, right: Value) -> tuple[Decimal, Decimal] | None:
    """Both sides as numbers; text beside a moment is read as a moment. None where one side is neither."""
    if isinstance(left, Moment) and isinstance(right, str):
        right = parse_moment(right)
    elif isinstance(right, Moment) and isinstance(left, str):
        left = parse_moment(left)
    first, second = to_number(left), to_number(right)
    if isinstance(first, Decimal) and isinstance(second, Decimal):
        return first, second
    return None


def _different(left: Value, right: Value) -> bool:
    """`!=`: of several values, any may differ (XPath); so it is not the opposite of `=` there."""
    if isinstance(left, tuple) and not isinstance(right, bool):
        return any(_different(item, right) for item in left)
    if isinstance(right, tuple) and not isinstance(left, bool):
        return any(_different(left, item) for item in right)
    return not equal(left, right)


def _ordered(judge: Callable[[Decimal, Decimal], bool]) -> Callable[[Value, Value], Value]:
    def compare(left: Value, right: Value) -> bool:
        if isinstance(left, tuple):
            return any(compare(item, right) for item in left)
        if isinstance(right, tuple):
            return any(compare(left, item) for item in right)
        if isinstance(left, str) and isinstance(right, str):
            pair = _both(parse_moment(left), parse_moment(right)) or _comparable(left, right)
        else:
            pair = _comparable(left, right)
        return pair is not None and judge(*pair)

    return compare


def _both(left: Value, right: Value) -> tuple[Decimal, Decimal] | None:
    """The days of two texts that are both moments, so that dates written as text compare as dates."""
    if isinstance(left, Moment) and isinstance(right, Moment):
        return left.days, right.days
    return None


def _arithmetic(work: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    def calculate(left: Value, right: Value) -> Value:
        first, second = to_number(left), to_number(right)
        if isinstance(first, Decimal) and isinstance(second, Decimal):
            return bounded(work(first, second))
        return MISSING

    return calculate


def _divide(left: Decimal, right: Decimal) -> Decimal:
    return CONTEXT.divide(left, right) if right else Decimal("NaN")


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    """The remainder with the sign of the dividend."""
    return CONTEXT.remainder(left, right) if right else Decimal("NaN")


_OPERATORS: Mapping[str, Callable[[Value, Value], Value]] = {
    "=": equal,
    "!=": _different,
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "+": _arithmetic(CONTEXT.add),
    "-": _arithmetic(CONTEXT.subtract),
    "*": _arithmetic(CONTEXT.multiply),
    "div": _arithmetic(_divide),
    "mod": _arithmetic(_remainder),
}


def text_of(env: Env, value: Value) -> str:
    """The text of a value, its length taken from the budget.

    Raises:
        ExpressionTooLarge: longer than `MAX_TEXT`.
    """
    text = to_text(value)
    if len(text) > 50:
        env.budget.spend(len(text) // 50)
        if len(text) > MAX_TEXT:
            raise ExpressionTooLarge(what="text", limit=MAX_TEXT)
    return text
