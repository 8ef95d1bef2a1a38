"""Expressions on their way between XLSForm and templates: the same language, with other names and a few functions.

What need not change keeps its text to the letter. What is changed is changed in its tree and written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
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


def for_xlsform(text: str, lists: Collection[str] = ()) -> str:
    """An expression of a template in words that other programs know; as it is where it has no others.

    Args:
        lists: those whose choices a form has with it, so that they are looked up there and not in a file.

    Raises:
        CannotSay: it uses a function that only we have.
    """
    root = parse(text).root
    said = changed(root, lambda node: _without_ours(node, lists))
    return text if said == root else written(said)


def _without_ours(node: Node, lists: Collection[str]) -> Node:
    if not isinstance(node, Call):
        return node
    if node.function in OUR_FUNCTIONS:
        raise CannotSay(node.function)
    if node.function == "territory":
        return parse(TERRITORY.format(country=written(node.arguments[0]))).root
    if node.function in {"any", "all"}:
        return _counted(node)
    if node.function == "pulldata" and _text(node, 0) in lists:
        return _looked_up(node)
    return node


def _looked_up(call: Call) -> Node:
    """An attribute of a choice, by a path into the list: XPath that our own language does not have, so it is written
    as it stands. In its brackets a bare name would be the choice's, not that of the row around."""
    code = call.arguments[3]
    if _names_a_row(code):
        raise CannotSay("pulldata")
    return Column(f"instance('{_text(call, 0)}')/root/item[name = {written(code)}]/{_text(call, 1)}", call.position)


def _text(call: Call, number: int) -> str:
    node = call.arguments[number]
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else ""


def _names_a_row(node: Node) -> bool:
    """Whether it has a bare name, or `.`, or a path from where it stands."""
    match node:
        case Column() | Self():
            return True
        case Path(steps=steps):
            return steps[0].axis != "reference"
        case Negation(operand=operand):
            return _names_a_row(operand)
        case Chain(head=head, links=links):
            return any(map(_names_a_row, (head, *(operand for _, operand in links))))
        case Call(arguments=arguments):
            return any(map(_names_a_row, arguments))
    return False


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
    """The expression with `${key}` for `.`, so that it may stand elsewhere in the row; within brackets `.` is what is
    judged there, and `current()` what is judged here."""
    root = parse(text).root
    said = changed(_at(root, key), lambda node: Reference(key) if _is_current(node) else node)
    return text if said == root else written(said)


def _is_current(node: Node) -> bool:
    return isinstance(node, Path) and [(step.axis, step.conditions) for step in node.steps] == [("current", ())]


def _at(node: Node, key: str) -> Node:
    match node:
        case Self():
            return Reference(key)
        case Negation(operand=operand):
            return Negation(_at(operand, key))
        case Chain(head=head, links=links):
            return Chain(_at(head, key), tuple((sign, _at(each, key)) for sign, each in links))
        case Call(function=function, arguments=arguments):
            inner = arguments[1:] if function in {"any", "all"} else ()
            outer = arguments[: len(arguments) - len(inner)]
            return replace(node, arguments=(*(_at(each, key) for each in outer), *inner))
    return node
