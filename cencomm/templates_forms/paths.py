"""Paths through the form: where they lead is settled when they are compiled, which rows they mean when they are run.

Keys name one place each, so a path is checked step by step against the tree of groups and ends at a field, at the rows
of a repeat, or (for `position()`) at the row around the expression. Groups without repeat cost nothing: answers are
flat. From the form's root or from `${key}` a path stays in the rows around the expression as long as it goes the same
way, as `${key}` does; after `..` it means every row of a repeat that it enters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from cencomm.templates_forms.errors import ExpressionMalformed
from cencomm.templates_forms.evaluation import Compiled, Compiler, Env, Layout, Row
from cencomm.templates_forms.expression import Call, Column, Condition, Node, Path, Reference, Self, Step, size
from cencomm.templates_forms.values import MISSING, Value, to_bool, to_number

Rows = tuple[tuple[Row, ...], tuple[int, ...]]
"""The rows down to one row of a repeat, and their numbers."""
_Judge = Callable[[Env], bool]


@dataclass(slots=True)
class Place:
    """Where a path has come to. `pinned` repeats are those around the expression; each of `below` is gone through."""

    key: str
    pinned: int
    below: list[tuple[str, list[_Judge]]] = field(default_factory=list)
    from_current: bool = False

    def is_rows(self, layout: Layout) -> bool:
        """Whether these are rows, or one answer of each: not one place alone, and not a group within rows."""
        return bool(self.below) and (self.key in layout.fields or self.key in layout.repeats)

    def rows(self, env: Env) -> Iterator[Rows]:
        """Every row that is meant, in order; conditions are judged as they are come to."""
        rows, positions = (
            env.current[:2] if self.from_current and env.current is not None else (env.rows, env.positions)
        )
        found = iter([(rows[: self.pinned + 1], positions[: self.pinned])])
        for repeat, conditions in self.below:
            found = _inside(env, found, repeat, conditions)
        return found


def _inside(env: Env, outer: Iterator[Rows], repeat: str, conditions: list[_Judge]) -> Iterator[Rows]:
    for around in outer:
        inner = around[0][-1].get(repeat, [])
        assert isinstance(inner, list)
        env.budget.spend(1 + len(inner))
        found: Iterator[Row] = iter(inner)
        for condition in conditions:
            found = _chosen(env, around, found, condition)
        for number, row in enumerate(found):
            yield _with(around, row, number)


def _chosen(env: Env, around: Rows, found: Iterator[Row], condition: _Judge) -> Iterator[Row]:
    """Rows are numbered among those that the conditions before this one have left, as XPath has it."""
    for number, row in enumerate(found):
        if within(env, _with(around, row, number), condition):
            yield row


def _with(around: Rows, row: Row, number: int) -> Rows:
    return (*around[0], row), (*around[1], number + 1)


def within(env: Env, rows: Rows, judge: _Judge) -> bool:
    """What `judge` says with one row in hand."""
    before = env.rows, env.positions, env.own, env.current
    if env.current is None:
        env.current = env.rows, env.positions, env.own
    (env.rows, env.positions), env.own = rows, MISSING
    try:
        return judge(env)
    finally:
        env.rows, env.positions, env.own, env.current = before


def compile_path(compiler: Compiler, path: Path) -> Compiled:
    """The answers at the end of a path: one, or those of all rows; of a repeat, one `true` for each row.

    Raises:
        ExpressionMalformed: it leads nowhere, or to a group.
    """
    place = place_of(compiler, path)
    key = place.key if place.key in compiler.layout.fields else None
    if place.is_rows(compiler.layout):
        return lambda env: tuple([True if key is None else _answer(rows, key) for rows in place.rows(env)])
    if key is not None:
        return lambda env: _answer(next(place.rows(env)), key)
    if place.from_current and path.steps[-1].axis == "current":
        return lambda env: env.current[2] if env.current is not None else env.own
    raise ExpressionMalformed(reason="path_to_group", position=path.position)


def _answer(rows: Rows, key: str) -> Value:
    value = rows[0][-1].get(key, MISSING)
    return value if not isinstance(value, list) else MISSING


def place_of(compiler: Compiler, node: Node) -> Place:
    """Where a path, or `${key}`, leads.

    Raises:
        ExpressionMalformed.
    """
    if isinstance(node, Reference):
        node = Path((Step("reference", node.key),), 0)
    if isinstance(node, Self):
        node = Path((Step("self", ""),), 0)
    if isinstance(node, Column) and compiler.outer is not None:
        node = Path((Step("child", node.key),), node.position)
    if not isinstance(node, Path):
        raise ExpressionMalformed(reason="reference_expected", position=0)
    return _Walker(compiler, node).walk()


class _Walker:
    def __init__(self, compiler: Compiler, path: Path) -> None:
        self._compiler = compiler
        self._layout = compiler.layout
        self._path = path

    def walk(self) -> Place:
        first, *others = self._path.steps
        place = self._start(first)
        follows = first.axis == "root"
        self._choose(place, first)
        for number, step in enumerate(others):
            is_last = number == len(others) - 1
            follows = follows and step.axis == "child"
            self._go(place, step, follows=follows and not is_last and not step.conditions)
            self._choose(place, step)
        return place

    def _start(self, step: Step) -> Place:
        compiler = self._compiler
        match step.axis:
            case "root":
                return Place("", 0)
            case "reference":
                return self._reference(step.key)
            case "current":
                base = compiler.base
                return Place(base.at, len(base.inside), from_current=True)
        place = Place(compiler.at, len(compiler.inside))
        self._go(place, step, follows=False)
        return place

    def _reference(self, key: str) -> Place:
        layout = self._layout
        path = layout.fields.get(key) or layout.repeats.get(key, ())
        if key not in layout.fields and key not in layout.repeats:
            raise self._malformed("unknown_field")
        compiler = self._compiler.nearest(path)
        shared = compiler.shared(path[:-1] if key in layout.repeats else path)
        below: list[tuple[str, list[_Judge]]] = [(repeat, []) for repeat in path[shared:]]
        return Place(key, shared, below, compiler is not self._compiler)

    def _go(self, place: Place, step: Step, *, follows: bool) -> None:
        if step.axis == "parent":
            self._up(place)
        elif step.axis == "child":
            if self._layout.parents.get(step.key) != place.key:
                raise self._malformed("path_leads_nowhere")
            place.key = step.key
            if step.key in self._layout.repeats:
                self._enter(place, step.key, follows=follows)

    def _enter(self, place: Place, repeat: str, *, follows: bool) -> None:
        inside = self._compiler.inside
        if follows and not place.below and inside[place.pinned : place.pinned + 1] == (repeat,):
            place.pinned += 1
        else:
            place.below.append((repeat, []))

    def _up(self, place: Place) -> None:
        if not place.key:
            raise self._malformed("path_leads_nowhere")
        if place.key in self._layout.repeats:
            if place.below:
                raise self._malformed("path_back_out_of_rows")
            if place.pinned == len(self._layout.repeats[place.key]):
                place.pinned -= 1
        place.key = self._layout.parents.get(place.key, "")

    def _choose(self, place: Place, step: Step) -> None:
        """Conditions choose among the rows that the last step went through."""
        if step.conditions and not place.is_rows(self._layout):
            raise self._malformed("conditions_without_rows")
        for condition in step.conditions:
            place.below[-1][1].append(condition_at(self._compiler, place, condition))

    def _malformed(self, reason: str) -> ExpressionMalformed:
        return ExpressionMalformed(reason=reason, position=self._path.position)


def condition_at(compiler: Compiler, place: Place, condition: Condition) -> _Judge:
    """A condition on the rows of `place`: a number means the row with that number; `.` is the answer at its end."""
    layout = compiler.layout
    key = place.key if place.key in layout.fields else None
    inside = layout.fields[key] if key is not None else layout.repeats[place.key]
    run = Compiler(layout, inside, place.key, entry=compiler.entry, outer=compiler).compile(condition.root)

    def judge(env: Env) -> bool:
        env.budget.spend(condition.nodes)
        if key is not None:
            env.own = _answer((env.rows, env.positions), key)
        value = run(env)
        return value == env.positions[-1] if isinstance(value, Decimal) else to_bool(value)

    return judge


def any_or_all(compiler: Compiler, call: Call) -> Compiled:
    """`any(rows, condition)` and `all(rows, condition)`: of no rows, none fits and all fit. Later rows than needed are
    not looked at."""
    wanted, condition = call.arguments
    place = place_of(compiler, wanted)
    if not place.is_rows(compiler.layout):
        raise ExpressionMalformed(reason="repeat_expected", position=call.position)
    judge = condition_at(compiler, place, Condition(condition, size(condition)))
    if call.function == "any":
        return lambda env: any(within(env, rows, judge) for rows in place.rows(env))
    return lambda env: all(within(env, rows, judge) for rows in place.rows(env))


def position(compiler: Compiler, call: Call) -> Compiled:
    """`position()` and `position(..)`: the number, from 1, of the row around the expression, or around the path."""
    place = place_of(compiler, call.arguments[0]) if call.arguments else Place(compiler.at, len(compiler.inside))
    if not place.pinned or place.below:
        raise ExpressionMalformed(reason="position_outside_repeat", position=call.position)
    pinned = place.pinned
    if not place.from_current:
        return lambda env: Decimal(env.positions[pinned - 1])
    return lambda env: Decimal(next(place.rows(env))[1][-1])


def indexed_repeat(compiler: Compiler, call: Call) -> Compiled:
    """`indexed-repeat(${field}, ${repeat}, number, ...)`: the answer in that row, counted from 1, of each repeat named.

    A repeat around these that is not named is the one around the expression.
    """
    place = place_of(compiler, call.arguments[0])
    way = compiler.layout.fields.get(place.key, ())
    named = {
        place_of(compiler, repeat).key: compiler.compile(number)
        for repeat, number in zip(call.arguments[1::2], call.arguments[2::2], strict=False)
    }
    shared = next((depth for depth, repeat in enumerate(way) if repeat in named), len(way))
    numbers = [named.get(repeat) for repeat in way[shared:]]
    fits = len(call.arguments) == 1 + 2 * len(named) and len(named) == len(numbers) and None not in numbers
    if not named or not fits or compiler.inside[:shared] != way[:shared]:
        raise ExpressionMalformed(reason="field_not_in_repeat", position=call.position)

    def run(env: Env) -> Value:
        row = env.rows[shared]
        for repeat, number in zip(way[shared:], numbers, strict=True):
            assert number is not None
            rows, index = row.get(repeat, []), to_number(number(env))
            assert isinstance(rows, list)
            if not isinstance(index, Decimal) or index != int(index) or not 1 <= index <= len(rows):
                return MISSING
            row = rows[int(index) - 1]
        return _answer(((row,), ()), place.key)

    return run
