"""The expression language of templates: its text becomes a tree. A subset of XLSForm's (XPath 1.0 with `${field}`).

    or  <  and  <  = !=  <  < <= > >=  <  + -  <  * div mod  <  unary -

Operands are `${field}`, `.` (the answer being judged), numbers, text in single or double quotes, functions of
`functions.py` and parentheses. Choice filters also have bare names: attributes of the
code that is judged. There are no paths, no variables and no loops, so the work of one evaluation is bounded
by the size of the tree and of the answers. `evaluation.py` gives trees their meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

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
    """A bare name: in a choice filter, an attribute of the code that is judged."""

    key: str
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


Node = Literal | Reference | Self | Column | Negation | Chain | Call


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: its tree, how many nodes that has, and the fields it names."""

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
      | \$\{[ ]*(?P<reference>[a-z][a-z0-9_]{0,63})[ ]*\}
      | (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
      | "(?P<double>[^"]*)" | '(?P<single>[^']*)'
      | (?P<name>[A-Za-z][A-Za-z0-9_]*(?:[-:][A-Za-z][A-Za-z0-9_]*)*)
      | (?P<symbol><=|>=|!=|[=<>+\-*(),.])""",
    re.VERBOSE,
)

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
        if kind in {"double", "single"}:
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
        token = self._next()
        if token.kind == "symbol" and token.text == "(":
            inner = self.expression(0, depth + 1)
            self._expect(")")
            return inner
        if token.kind == "name" and self._peek() == _Token("symbol", "(", self._peek().position):
            return self._call(token, depth)
        return self._counted(self._leaf(token))

    def _leaf(self, token: _Token) -> Node:
        match token.kind:
            case "reference":
                self.references.add(token.text)
                return Reference(token.text)
            case "text":
                return Literal(token.text)
            case "name":
                return Column(token.text, token.position)
            case "number":
                value = parse_number(token.text)
                if isinstance(value, Decimal):
                    return Literal(value)
                raise ExpressionMalformed(reason="number_too_large", position=token.position)
            case "symbol" if token.text == ".":
                return Self()
        raise ExpressionMalformed(reason="operand_expected", position=token.position)

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


_SPELLED = {"(": "opening_parenthesis", ")": "closing_parenthesis"}
