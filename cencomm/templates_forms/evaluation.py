"""What a parsed expression means: it is compiled once, against the places of its fields, into nested functions.

Total and bounded: every operation has an answer for every value (`values.py`), and an evaluation spends from a budget
(one step per node, per row looked at and per 50 characters worked on) that ends it with a typed error, at the same
point on every client.

Missing answers are empty text: equal to `''`, false, no number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from cencomm.templates_forms.errors import ExpressionMalformed, ExpressionTooLarge
from cencomm.templates_forms.expression import (
    Call,
    Chain,
    Column,
    Expression,
    Literal,
    Negation,
    Node,
    Path,
    Reference,
    Self,
    Step,
)
from cencomm.templates_forms.operators import OPERATORS, Operator, cost
from cencomm.templates_forms.values import MISSING, Moment, Value, moment_of, to_bool, to_number, to_text

Row = Mapping[str, "Value | list[Row]"]
"""Typed answers of one level: values of fields, and lists of rows under the keys of repeats."""
Tables = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Lookup tables: name -> row -> column -> text. Code lists with attributes are tables too."""

MAX_STEPS = 200_000
MAX_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Layout:
    """Where fields and repeats stand: by key, the repeats from the outermost in (for a repeat, itself included); in
    which group each field and group stands (none for the outermost); and the code list of each coded field."""

    fields: Mapping[str, tuple[str, ...]]
    repeats: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)


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
    choice filter judges; `current`, within brackets, the rows and positions outside of them. `word` gives the word of a
    code of a list, `new_id` a random identifier (only where one fills in a form)."""

    rows: tuple[Row, ...]
    now: datetime
    tables: Tables
    positions: tuple[int, ...] = ()
    own: Value = MISSING
    columns: Mapping[str, str] | None = None
    budget: Budget = field(default_factory=Budget)
    current: Current | None = None
    word: Callable[[str, str], str] = lambda _list, code: code
    new_id: Callable[[], str] | None = None

    stored: Moment | None = None

    def moment(self) -> Moment:
        if self.stored is None:
            self.stored = moment_of(self.now)
        return self.stored


Current = tuple[tuple[Row, ...], tuple[int, ...], Value]
Compiled = Callable[[Env], Value]


def evaluate(compiled: Compiled, nodes: int, env: Env) -> Value:
    """The value of an expression, its `nodes` steps taken from the budget."""
    env.budget.spend(nodes)
    return compiled(env)


def compile_expression(
    expression: Expression,
    layout: Layout,
    inside: tuple[str, ...] = (),
    *,
    at: str = "",
    columns: bool = False,
    entry: bool = False,
) -> Compiled:
    """The function for `expression`, standing in the repeats `inside`.

    Args:
        at: the field or group that it belongs to: where its paths begin.
        columns: for a choice filter, which has attributes of codes.
        entry: for what only the one who fills in the form evaluates, never a reader.

    Raises:
        ExpressionMalformed: unknown field or function, or a call that does not fit the function.
    """
    return Compiler(layout, inside, at, columns, entry).compile(expression.root)


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns nodes into functions; what functions may ask about their arguments is here too (`functions.py`).

    Within brackets `at` is the repeat or field whose rows are judged, and `outer` compiles what stands outside of them.
    """

    layout: Layout
    inside: tuple[str, ...]
    at: str = ""
    columns: bool = False
    entry: bool = False
    outer: Compiler | None = None

    def compile(self, node: Node) -> Compiled:
        match node:
            case Negation(operand=operand):
                return _negation(self.compile(operand))
            case Chain():
                return self._chain(node)
            case Call():
                from cencomm.templates_forms.functions import compile_call  # noqa: PLC0415  functions compile arguments

                return compile_call(self, node)
            case Path():
                from cencomm.templates_forms.paths import compile_path  # noqa: PLC0415  conditions are compiled

                return compile_path(self, node)
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
            return _all(self.shared(path[:-1]), path, None)
        else:
            raise ExpressionMalformed(reason="unknown_field", position=0)
        nearest = self.nearest(path)
        if nearest is not self:
            return _outside(nearest.reference(key))
        shared = self.shared(path)
        if shared == len(path):
            return _one(shared, key)
        return _all(shared, path, key)

    @property
    def base(self) -> Compiler:
        """What compiles the expression outside of all brackets."""
        return self if self.outer is None else self.outer.base

    def nearest(self, path: tuple[str, ...]) -> Compiler:
        """Whether a place is nearer to the row in brackets, or to the expression outside of them."""
        return self.base if self.base.shared(path) > self.shared(path) else self

    def _column(self, key: str, position: int) -> Compiled:
        if self.outer is not None:
            return self.compile(Path((Step("child", key),), position))
        if not self.columns:
            raise ExpressionMalformed(reason="bare_name", position=position)
        return lambda env: (env.columns or {}).get(key, MISSING)

    def shared(self, path: tuple[str, ...]) -> int:
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
            return _binary(OPERATORS[first], head, links[0][1])
        steps = [(OPERATORS[operator], operand) for operator, operand in links]

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


def _outside(run: Compiled) -> Compiled:
    """What stands within brackets, but is looked up in the rows outside of them."""

    def look_up(env: Env) -> Value:
        assert env.current is not None
        inner, env.rows = env.rows, env.current[0]
        try:
            return run(env)
        finally:
            env.rows = inner

    return look_up


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
        for operand in operands:
            value = operand(env)
            if (value if isinstance(value, bool) else to_bool(value)) == is_or:
                return is_or
        return not is_or

    return run


def _binary(operator: Operator, left: Compiled, right: Compiled) -> Compiled:
    def run(env: Env) -> Value:
        first, second = left(env), right(env)
        if first.__class__ is tuple and second.__class__ is tuple:
            return _apply(env, operator, first, second)
        return operator(first, second)  # without another call: most expressions are made of these

    return run


def _apply(env: Env, operator: Operator, left: Value, right: Value) -> Value:
    if isinstance(left, tuple) and isinstance(right, tuple):
        env.budget.spend(cost(left, right))
    return operator(left, right)


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
