"""Expressions on their way between XLSForm and templates: the same language, with other names and a few functions.

What need not change keeps its text to the letter. What is changed is changed in its tree and written anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from cencomm.templates_forms.expression import (
    Call,
    Chain,
    Column,
    Condition,
    Literal,
    Negation,
    Node,
    Path,
    Reference,
    Self,
    Step,
    parse,
    size,
)
from cencomm.templates_forms.values import number_text

OUR_FUNCTIONS: Final = frozenset({"container-number", "imo-number", "postal-item", "air-waybill"})
"""Functions that no other program knows, and that cannot be said with those it knows."""
TERRITORY: Final = "coalesce(pulldata('customs_territory', 'territory', 'key', {country}), {country})"

_LEVELS: Final = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)
_OPERAND: Final = len(_LEVELS)
Change = Callable[[Node], Node]


class CannotSay(Exception):
    """The other side has no words for it; the reason is for the report."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def written(node: Node) -> str:  # noqa: PLR0911  one line for each kind of node
    """The text of a tree; parsing it gives the tree again."""
    match node:
        case Literal(value=Decimal() as number):
            return number_text(number)
        case Literal(value=value):
            return quoted(str(value))
        case Reference(key=key):
            return f"${{{key}}}"
        case Self():
            return "."
        case Column(key=key):
            return key
        case Negation(operand=operand):
            return f"-{_inner(operand, _OPERAND)}"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(written, arguments))})"
        case Path(steps=steps):
            return "/".join(_step(step, is_first=number == 0) for number, step in enumerate(steps))
        case Chain(head=head, links=links):
            level = _level(node)
            return _inner(head, level + 1) + "".join(f" {sign} {_inner(operand, level + 1)}" for sign, operand in links)


def quoted(text: str) -> str:
    """Text as an expression.

    Raises:
        CannotSay: it holds both kinds of quotes.
    """
    for quote in ("'", '"'):
        if quote not in text:
            return f"{quote}{text}{quote}"
    raise CannotSay("quotes")


def _level(node: Node) -> int:
    if isinstance(node, Chain):
        return next(level for level, signs in enumerate(_LEVELS) if node.links[0][0] in signs)
    return _OPERAND


def _inner(node: Node, level: int) -> str:
    text = written(node)
    return f"({text})" if _level(node) < level else text


def _step(step: Step, *, is_first: bool) -> str:
    starts = {"reference": f"${{{step.key}}}", "self": ".", "parent": "..", "current": "current()"}
    text = starts.get(step.axis) or (f"/{step.key}" if is_first and step.axis == "root" else step.key)
    return text + "".join(f"[{written(condition.root)}]" for condition in step.conditions)


def changed(node: Node, change: Change) -> Node:
    """The tree with every node changed, from the leaves to the root."""
    match node:
        case Negation(operand=operand):
            node = Negation(changed(operand, change))
        case Chain(head=head, links=links):
            node = Chain(changed(head, change), tuple((sign, changed(each, change)) for sign, each in links))
        case Call(arguments=arguments):
            node = replace(node, arguments=tuple(changed(each, change) for each in arguments))
        case Path(steps=steps):
            node = replace(node, steps=tuple(_changed_step(step, change) for step in steps))
    return change(node)


def _changed_step(step: Step, change: Change) -> Step:
    conditions = tuple(_condition(changed(condition.root, change)) for condition in step.conditions)
    return replace(step, conditions=conditions)


def _condition(root: Node) -> Condition:
    return Condition(root, size(root))


def for_xlsform(text: str) -> str:
    """An expression of a template in words that other programs know; as it is where it has no others.

    Raises:
        CannotSay: it uses a function that only we have.
    """
    root = parse(text).root
    said = changed(root, _without_ours)
    return text if said == root else written(said)


def _without_ours(node: Node) -> Node:
    if not isinstance(node, Call):
        return node
    if node.function in OUR_FUNCTIONS:
        raise CannotSay(node.function)
    if node.function == "territory":
        return parse(TERRITORY.format(country=written(node.arguments[0]))).root
    if node.function in {"any", "all"}:
        return _counted(node)
    return node


def _counted(call: Call) -> Node:
    """`any(rows, c)` is `count(rows[c]) > 0`; `all(rows, c)` is `count(rows[not(c)]) = 0`."""
    rows, condition = call.arguments
    if call.function == "all":
        condition = Call("not", (condition,), 0)
    steps = rows.steps if isinstance(rows, Path) else (Step("reference", written(rows)[2:-1]),)
    chosen = replace(steps[-1], conditions=(*steps[-1].conditions, _condition(condition)))
    count = Call("count", (Path((*steps[:-1], chosen), 0),), 0)
    return Chain(count, ((">" if call.function == "any" else "=", Literal(Decimal(0))),))


def at_field(text: str, key: str) -> str:
    """The expression with `${key}` for `.`, so that it may stand elsewhere."""
    root = parse(text).root
    said = changed(root, lambda node: Reference(key) if isinstance(node, Self) else node)
    return text if said == root else written(said)
