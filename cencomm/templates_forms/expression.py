"""The expression language of templates: its text becomes a tree. A subset of XLSForm's (XPath 1.0 with `${field}`).

    or  <  and  <  = !=  <  < <= > >=  <  + -  <  * div mod  <  unary -

Operands are `${field}`, `.` (the answer being judged), numbers, text in quotes, functions of
`functions.py`, parentheses and paths. A path begins at `${key}`, `.`, `..`, `current()`, `/form` or, in brackets, at a
bare name; it goes on with `/key`, `/..` or `/.`; a step into a repeat may choose rows with conditions in brackets. In
choice filters a bare name is an attribute of the code that is judged. There are no axes, variables or loops, so the
work of one evaluation is bounded by the size of the tree and of the answers. `evaluation.py` and `paths.py` give trees
their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal as TypingLiteral

from cencomm.templates_forms.errors import ExpressionMalformed, ExpressionTooLarge
from cencomm.templates_forms.values import parse_number

MAX_LENGTH = 2_000
MAX_NODES = 400
MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | Decimal


@dataclass(frozen=True, slots=True)
class Reference:
    """`${key}`: the answer to a field, or the rows of a repeat."""

    key: str


@dataclass(frozen=True, slots=True)
class Self:
    """`.`: the answer that a constraint judges."""


@dataclass(frozen=True, slots=True)
class Column:
    """A bare name: in a choice filter an attribute of the code that is judged, in brackets an answer of the row."""

    key: str
    position: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path. `key` is of a `reference`, of a `child`, or of the `root` (any name: that of the form)."""

    axis: Axis
    key: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands in brackets, and what judging it costs each time."""

    root: Node
    nodes: int


@dataclass(frozen=True, slots=True)
class Path:
    """A place in the form, of more than one step or with conditions."""

    steps: tuple[Step, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Negation:
    operand: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one level, leaning left: `a - b + c` is `a`, then `- b`, then `+ c`. Flat, so that a long one is
    not a deep one."""

    head: Node
    links: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]
    position: int


Node = Literal | Reference | Self | Column | Path | Negation | Chain | Call
Axis = TypingLiteral["reference", "self", "parent", "child", "current", "root"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: its tree, how many nodes that has, and the fields and groups it names."""

    text: str
    root: Node
    nodes: int
    references: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | \$\{[ ]*(?P<reference>[A-Za-z_][A-Za-z0-9_.-]{0,63})[ ]*\}
      | (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
      | "(?P<double>[^"]*)" | '(?P<single>[^']*)'
      | [“”„](?P<curved_double>[^"“”]*)["“”] | [‘’](?P<curved_single>[^'‘’]*)['‘’]
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:[-:][A-Za-z][A-Za-z0-9_]*)*)
      | (?P<symbol><=|>=|!=|\.\.|[=<>+\-*(),./\[\]])""",
    re.VERBOSE,
)

_QUOTED = frozenset({"double", "single", "curved_double", "curved_single"})
"""Typographic quotes are what word processors make of straight ones; text in straight quotes may hold them."""

_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)
"""Operators from the loosest to the tightest; all lean left."""

_WORDS = frozenset({"or", "and", "div", "mod"})


@lru_cache(maxsize=4_096)
def parse(text: str) -> Expression:
    """The tree of `text`.

    Raises:
        ExpressionMalformed: not of the language.
        ExpressionTooLarge: more than `MAX_LENGTH` characters, `MAX_NODES` nodes or `MAX_DEPTH` levels.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionTooLarge(what="characters", limit=MAX_LENGTH)
    parser = _Parser(_tokens(text), len(text))
    root = parser.expression(0, 0)
    parser.finish()
    return Expression(text, root, parser.nodes, frozenset(parser.references))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ExpressionMalformed(reason="unexpected_character", position=position)
        kind = found.lastgroup
        assert kind is not None
        if kind in _QUOTED:
            tokens.append(_Token("text", found[kind], position))
        elif kind == "name" and found[kind] in _WORDS:
            tokens.append(_Token("symbol", found[kind], position))
        elif kind != "space":
            tokens.append(_Token(kind, found[kind], position))
        position = found.end()
    return tokens


class _Parser:
    """Precedence climbing over the tokens, counting nodes and depth as it goes."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens = tokens
        self._index = 0
        self._end = _Token("end", "", end)
        self.nodes = 0
        self._brackets = 0
        self.references: set[str] = set()

    def finish(self) -> None:
        if self._peek().kind != "end":
            raise ExpressionMalformed(reason="unexpected_token", position=self._peek().position)

    def expression(self, level: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionTooLarge(what="depth", limit=MAX_DEPTH)
        if level == len(_LEVELS):
            return self._unary(depth)
        head = self.expression(level + 1, depth)
        links: list[tuple[str, Node]] = []
        while self._peek().kind == "symbol" and self._peek().text in _LEVELS[level]:
            operator = self._next().text
            links.append((operator, self.expression(level + 1, depth)))
            self._count()
        return Chain(head, tuple(links)) if links else head

    def _unary(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionTooLarge(what="depth", limit=MAX_DEPTH)
        if self._takes("-"):
            return self._counted(Negation(self._unary(depth + 1)))
        return self._operand(depth)

    def _operand(self, depth: int) -> Node:
        token = self._peek()
        if self._takes("("):
            inner = self.expression(0, depth + 1)
            self._expect(")")
            return inner
        if token.kind == "name" and self._follows("(") and token.text != "current":
            self._index += 1
            return self._call(token, depth)
        if token.kind in {"reference", "name"} or (token.kind == "symbol" and token.text in _PATH_STARTS):
            return self._path(depth)
        self._index += 1
        return self._counted(self._literal(token))

    def _literal(self, token: _Token) -> Literal:
        if token.kind == "text":
            return Literal(token.text)
        if token.kind != "number":
            raise ExpressionMalformed(reason="operand_expected", position=token.position)
        value = parse_number(token.text)
        if not isinstance(value, Decimal):
            raise ExpressionMalformed(reason="number_too_large", position=token.position)
        return Literal(value)

    def _path(self, depth: int) -> Node:
        position = self._peek().position
        steps = [self._step(self._start(), depth)]
        while self._takes("/"):
            steps.append(self._step(self._further(), depth))
        first = steps[0]
        if len(steps) > 1 or first.conditions:
            return Path(tuple(steps), position)
        match first.axis:
            case "reference":
                return Reference(first.key)
            case "self":
                return Self()
            case "child":
                return Column(first.key, position)
        return Path(tuple(steps), position)

    def _start(self) -> tuple[Axis, str]:
        token = self._next()
        if token.kind == "reference":
            self.references.add(token.text)
            return "reference", token.text
        if token.text == "current" and self._takes("("):
            self._expect(")")
            return "current", ""
        if token.text == "/":
            return "root", self._name()
        if token.kind == "name" and self._brackets:
            self.references.add(token.text)
        axis: Axis = _PATH_STARTS.get(token.text, "child")
        return axis, token.text

    def _further(self) -> tuple[Axis, str]:
        if self._takes(".."):
            return "parent", ""
        if self._takes("."):
            return "self", ""
        name = self._name()
        self.references.add(name)
        return "child", name

    def _name(self) -> str:
        token = self._next()
        if token.kind not in {"name", "symbol"} or (token.kind == "symbol" and token.text not in _WORDS):
            raise ExpressionMalformed(reason="name_expected", position=token.position)
        return token.text

    def _step(self, step: tuple[Axis, str], depth: int) -> Step:
        self._count()
        conditions: list[Condition] = []
        while self._takes("["):
            before = self.nodes
            self._brackets += 1
            condition = self.expression(0, depth + 1)
            self._brackets -= 1
            self._expect("]")
            conditions.append(Condition(condition, self.nodes - before))
        return Step(*step, tuple(conditions))

    def _call(self, name: _Token, depth: int) -> Node:
        self._expect("(")
        arguments: list[Node] = []
        if not self._takes(")"):
            arguments.append(self.expression(0, depth + 1))
            while self._takes(","):
                arguments.append(self.expression(0, depth + 1))
            self._expect(")")
        return self._counted(Call(name.text, tuple(arguments), name.position))

    def _counted(self, node: Node) -> Node:
        self._count()
        return node

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ExpressionTooLarge(what="nodes", limit=MAX_NODES)

    def _peek(self) -> _Token:
        return self._tokens[self._index] if self._index < len(self._tokens) else self._end

    def _follows(self, symbol: str) -> bool:
        following = self._tokens[self._index + 1] if self._index + 1 < len(self._tokens) else self._end
        return following.kind == "symbol" and following.text == symbol

    def _next(self) -> _Token:
        token = self._peek()
        self._index += 1
        return token

    def _takes(self, symbol: str) -> bool:
        token = self._peek()
        if token.kind == "symbol" and token.text == symbol:
            self._index += 1
            return True
        return False

    def _expect(self, symbol: str) -> None:
        if not self._takes(symbol):
            raise ExpressionMalformed(reason="expected_" + _SPELLED[symbol], position=self._peek().position)


_SPELLED = {"(": "opening_parenthesis", ")": "closing_parenthesis", "]": "closing_bracket"}
_PATH_STARTS: Mapping[str, Axis] = {".": "self", "..": "parent", "/": "root"}


def size(node: Node) -> int:
    """How many nodes a tree has: what judging it costs each time."""
    match node:
        case Negation(operand=operand):
            return 1 + size(operand)
        case Chain(head=head, links=links):
            return size(head) + sum(1 + size(operand) for _, operand in links)
        case Call(arguments=arguments):
            return 1 + sum(map(size, arguments))
        case Path(steps=steps):
            return sum(1 + sum(condition.nodes for condition in step.conditions) for step in steps)
        case _:
            return 1
