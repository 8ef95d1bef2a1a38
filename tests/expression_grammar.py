"""Expressions made by chance over the template of the shared cases: most mean something, some cannot be compiled."""

from __future__ import annotations

from random import Random

from cencomm.templates_forms.functions import FUNCTIONS

_FIELDS = ("name", "empty", "n", "d", "yes", "no", "day", "at", "code", "cs", "emoji", "q", "kind", "s", "tint", "when")
_GROUPS = ("items", "subs", "none", "top", "more", "inner")
_LITERALS = ("''", "'x'", "'2024-02-29'", "'a b'", "😀".join("''"), "0", "1", "2.5", "-3", "99999999999999999999", ".5")
_STARTS = ("..", "../..", "current()/..", "/data", "/data/items", "/data/top", "${items}", "${subs}", "${q}", ".")
_OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or")
_PATTERNS = ("[a-z]+", "\\\\d{2,}".replace("\\\\", "\\"), ".*", "(a|b)*c?", "[^x]")
_NAMES = tuple(sorted(set(FUNCTIONS) - {"uuid"}))


def made(source: Random, depth: int = 4) -> str:
    """An expression of at most so many levels."""
    if depth == 0 or source.random() < 0.2:
        return _operand(source)
    choice = source.random()
    if choice < 0.3:
        return f"{made(source, depth - 1)} {source.choice(_OPERATORS)} {made(source, depth - 1)}"
    if choice < 0.4:
        return f"({made(source, depth - 1)})"
    if choice < 0.55:
        return _path(source, depth)
    if choice < 0.65:
        rows = source.choice(("${items}", "${subs}", "${none}", "${q}", "${s}", "../../items", _path(source, 1)))
        return f"{source.choice(('any', 'all'))}({rows}, {made(source, depth - 1)})"
    return _call(source, depth)


def _call(source: Random, depth: int) -> str:
    name = source.choice(_NAMES)
    function = FUNCTIONS[name]
    count = source.randint(function.least, min(function.most, function.least + 2))
    arguments = [made(source, depth - 1) for _ in range(count)]
    if name == "regex":
        arguments[1:] = [f"'{source.choice(_PATTERNS)}'"]
    elif name == "jr:choice-name":
        arguments[1:] = [f"'${{{source.choice(('code', 'cs', 'tint', 'n'))}}}'"]
    elif name == "indexed-repeat":
        arguments[:2] = [f"${{{source.choice(('q', 's', 'tint'))}}}", source.choice(("${items}", "${subs}"))]
    elif name == "pulldata":
        arguments[:3] = ["'unit'", source.choice(("'kind'", "'factor'")), "'key'"]
    return f"{name}({', '.join(arguments)})"


def _path(source: Random, depth: int) -> str:
    steps = [source.choice(_STARTS)]
    for _ in range(source.randrange(3)):
        steps.append(source.choice((*_FIELDS, *_GROUPS, "items", "..", ".")))
        if depth > 1 and source.random() < 0.3:
            steps[-1] += f"[{made(source, depth - 2)}]"
    return "/".join(steps)


def _operand(source: Random) -> str:
    choice = source.random()
    if choice < 0.5:
        return f"${{{source.choice(_FIELDS)}}}"
    if choice < 0.8:
        return source.choice(_LITERALS)
    return source.choice((".", "position(..)", "today()", "now()", "true()", "kind", "q", "${items}", "${subs}"))
