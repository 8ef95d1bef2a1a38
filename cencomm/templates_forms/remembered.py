"""What follows from a few short answers alone is judged once for each combination: records choose the same codes.

Nothing but speed depends on it: what a judgement costs is remembered with it and spent each time, so that the bound on
the work for one record (`evaluation.py`) ends an evaluation at the same point, remembered or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter

from cencomm.templates_forms.evaluation import Compiled, Env, Layout
from cencomm.templates_forms.expression import Call, Chain, Column, Literal, Negation, Node, Reference
from cencomm.templates_forms.values import MISSING, Value

Slot = tuple[int, str]
"""How many repeats deep an answer stands, and its key; depth `COLUMNS` is an attribute of the code in hand."""
COLUMNS = -1
_MAX_REMEMBERED = 256
_MAX_TEXT = 80
_VARIED = frozenset({"decimal", "longtext", "date", "datetime", "derived"})
"""Types whose answers hardly come twice."""
_OF_MORE_THAN_ARGUMENTS = frozenset(
    {"any", "all", "once", "uuid", "now", "today", "position", "indexed-repeat", "jr:choice-name"}
)


def slots_of(root: Node, layout: Layout, inside: tuple[str, ...], types: Mapping[str, str]) -> tuple[Slot, ...] | None:
    """The answers from which the value of an expression in the repeats `inside` follows; none where more is needed."""
    found: set[Slot] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        match node:
            case Literal():
                pass
            case Negation(operand=operand):
                pending.append(operand)
            case Chain(head=head, links=links):
                pending += [head, *(operand for _, operand in links)]
            case Call(function=function, arguments=arguments) if function not in _OF_MORE_THAN_ARGUMENTS:
                pending += arguments
            case Column(key=key):
                found.add((COLUMNS, key))
            case Reference(key=key):
                path = layout.fields.get(key)
                if path is None or path != inside[: len(path)] or not comes_again(types[key]):
                    return None
                found.add((len(path), key))
            case _:
                return None
    return tuple(sorted(found))


def comes_again(kind: str) -> bool:
    """Whether answers of a type come in more than one record."""
    return kind not in _VARIED


class Remembered:
    """One compiled expression of `nodes` parts with what is known of it; true, at no cost, where one of `needs` is
    missing."""

    __slots__ = ("_answers", "_depth", "_known", "_needs", "_nodes", "_run", "_slots")

    def __init__(self, run: Compiled, nodes: int, slots: tuple[Slot, ...], needs: tuple[Slot, ...] = ()) -> None:
        self._run = run
        self._nodes = nodes
        self._needs = needs
        self._slots = slots = tuple(sorted({*slots, *needs}))
        depths = {depth for depth, _ in slots}
        self._depth = depths.pop() if len(depths) == 1 else COLUMNS
        self._answers = itemgetter(*(key for _, key in slots)) if self._depth != COLUMNS else None
        self._known: dict[object, tuple[Value, int]] = {}

    def __call__(self, env: Env) -> Value:
        key: object
        if self._answers is not None:
            key = self._answers(env.rows[self._depth])
        else:
            columns, rows = env.columns or {}, env.rows
            key = tuple([columns.get(key) if depth == COLUMNS else rows[depth][key] for depth, key in self._slots])
        known = self._known.get(key)
        if known is None:
            return self._judge(env, key)
        value, cost = known
        budget = env.budget
        if budget.steps < cost:
            budget.spend(cost)
        budget.steps -= cost  # without a call: this is the way of nearly every judgement
        return value

    def _judge(self, env: Env, answers: object) -> Value:
        before = env.budget.steps
        value: Value = True
        if all(env.rows[depth][key] is not MISSING for depth, key in self._needs):
            env.budget.spend(self._nodes)
            value = self._run(env)
        if self._is_short(answers):
            if len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            self._known[answers] = (value, before - env.budget.steps)
        return value

    def _is_short(self, key: object) -> bool:
        """Whether no answer is a long text; an attribute of a code may be, since a form has only so many."""
        answers = key if isinstance(key, tuple) else (key,)
        for (depth, _), answer in zip(self._slots, answers, strict=True):
            if isinstance(answer, str) and len(answer) > _MAX_TEXT and depth != COLUMNS:
                return False
        return True
