"""Expressions of a form that comes in: other names, paths as references, calculations in the place where they are used.

In a template no expression names a calculated value, since these follow from all answers at the end; so what a form
calculates on the way is written out where it is used. Metadata that a device would fill in (`start`, `deviceid`) is
what a record has of it: the time, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cencomm.errors import DomainError
from cencomm.templates_forms.expression import MAX_LENGTH, Call, Column, Literal, Node, Path, Reference, parse
from cencomm.xlsform.expressions import CannotSay, changed, quoted, written
from cencomm.xlsform.naming import key_of
from cencomm.xlsform.survey import REFERENCE, Question, Section, Survey, is_dynamic

_CURVED = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
_RELATIVE = re.compile(r"(?<![\w.)\]}])\.(?![\d])|position\s*\(")
"""What means the place where it stands: `.`, `..`, `position()`."""
_METADATA = {
    "start": "now()",
    "end": "now()",
    "today": "today()",
    **dict.fromkeys(("deviceid", "phonenumber", "simserial", "subscriberid", "username", "email"), "''"),
}
_TRUTHS = {"yes": "true()", "true": "true()", "no": "false()", "false": "false()"}
_INSTANCE = re.compile(r"""instance\(\s*['"]([\w.-]+)['"]\s*\)/root/item\[\s*name\s*=\s*([^\[\]=<>!]+?)\s*\]/(\w+)""")
_MAX_INLINED = 8
"""Calculations within calculations."""


@dataclass(slots=True)
class Translation:
    """What must be known of the whole form to say one of its expressions."""

    survey: Survey
    keys: Mapping[int, str]
    """The key of each question and group, by identity; those that the template has."""
    codes: Mapping[str, str]
    """New codes of choices that cannot keep their name, by that name."""
    tables: Mapping[str, str]
    """The key of each list, by its name: what `pulldata` may look into."""
    nodes: dict[str, Question | Section] = field(init=False)

    def __post_init__(self) -> None:
        self.nodes = {node.name: node for node in self.survey.all()}

    def expression(self, text: str, at: Question | Section, *, columns: bool = False) -> str:
        """The expression as a template has it, standing at `at`; in a choice filter bare names are `columns`.

        Raises:
            CannotSay.
        """
        if len(text) > MAX_LENGTH:
            raise CannotSay("too_long")
        if text.strip().lower() in _TRUTHS:
            return _TRUTHS[text.strip().lower()]
        said = self._references(self._looked_up(" ".join(text.split())), at, 0)
        try:
            root = _parsed(said)
        except CannotSay:
            said = said.translate(_CURVED)
            root = _parsed(said)
        other = changed(root, lambda node: self._node(node, at, columns=columns))
        return said if other == root else written(other)

    def _looked_up(self, text: str) -> str:
        """`instance('list')/root/item[name = x]/column` is `pulldata`; for its label, the word of the code."""
        return _INSTANCE.sub(self._lookup, text)

    def _lookup(self, found: re.Match[str]) -> str:
        if found[3] != "label":
            return f"pulldata('{found[1]}', '{found[3]}', 'name', {found[2]})"
        for node in self.nodes.values():
            if isinstance(node, Question) and node.list_name == found[1] and id(node) in self.keys:
                return f"jr:choice-name({found[2]}, '${{{node.name}}}')"
        return found[0]

    def _references(self, text: str, at: Question | Section, depth: int) -> str:
        if "last-saved#" in text:
            raise CannotSay("last_saved")
        said = REFERENCE.sub(lambda found: self._reference(found[2], at, depth), text)
        if len(said) > MAX_LENGTH:
            raise CannotSay("too_long")
        return said

    def _reference(self, name: str, at: Question | Section, depth: int) -> str:
        node = self.nodes.get(name)
        if node is None or depth > _MAX_INLINED:
            raise CannotSay(f"reference {name}")
        if id(node) in self.keys and not is_calculated(node):
            return f"${{{self.keys[id(node)]}}}"
        if isinstance(node, Question):
            return f"({self._inlined(node, at, depth)})"
        raise CannotSay(f"reference {name}")

    def _inlined(self, node: Question, at: Question | Section, depth: int) -> str:
        if node.type in _METADATA:
            return _METADATA[node.type]
        text = node.row.get("calculation") or node.row.get("default")
        if len(text) > MAX_LENGTH:
            raise CannotSay("too_long")
        if not is_calculated(node) or node is at:
            raise CannotSay(f"reference {node.name}")
        if not node.row.get("calculation") and not is_dynamic(text):
            return quoted(text)
        theirs, ours = repeats_of(node), repeats_of(at)
        if theirs != ours[: len(theirs)]:
            raise CannotSay(f"calculated in rows: {node.name}")
        if theirs != ours and self._looks_into(text, ours):
            raise CannotSay(f"calculated outside of rows: {node.name}")
        if _RELATIVE.search(_without_texts(text)) and node.inside != at.inside:
            raise CannotSay(f"calculated elsewhere: {node.name}")
        return self._references(text.translate(_CURVED), at, depth + 1)

    def _looks_into(self, text: str, rows: tuple[Section, ...]) -> bool:
        """Whether it names what would mean the row in hand here, and all rows there."""
        named = [self.nodes.get(found[2]) for found in REFERENCE.finditer(text)]
        return any(node is not None and set(repeats_of(node)) & set(rows) for node in named)

    def _node(self, node: Node, at: Question | Section, *, columns: bool) -> Node:
        match node:
            case Literal(value=str() as value) if value in self.codes:
                return Literal(self.codes[value])
            case Column(key=key) if key.lower() == "null" and not columns:
                return Literal("")
            case Column(key=key):
                return replace(node, key=key_of(key) if columns else self._named(key))
            case Path():
                return self._path(node, at)
            case Call(function="pulldata"):
                return self._pulldata(node)
        return node

    def _named(self, name: str) -> str:
        found = self.nodes.get(name)
        return self.keys.get(id(found), key_of(name)) if found is not None else key_of(name)

    def _pulldata(self, call: Call) -> Node:
        table = call.arguments[0] if call.arguments else None
        if not isinstance(table, Literal) or str(table.value) not in self.tables:
            raise CannotSay("table elsewhere")
        return replace(call, arguments=(Literal(self.tables[str(table.value)]), *call.arguments[1:]))

    def _path(self, path: Path, at: Question | Section) -> Node:
        """A path without conditions is a reference, wherever that means the same; one with conditions keeps its way."""
        target = self._target(path, at)
        if target is not None and id(target) in self.keys:
            theirs = repeats_of(target)
            is_same = theirs == repeats_of(at)[: len(theirs)] or path.steps[0].axis == "root"
            if is_same and not is_calculated(target) and not (theirs and path.steps[0].axis == "current"):
                return Reference(self.keys[id(target)])
        if path.steps[0].axis == "root":
            raise CannotSay("path")
        steps = (replace(step, key=self._named(step.key)) if step.axis == "child" else step for step in path.steps)
        return replace(path, steps=tuple(steps))

    def _target(self, path: Path, at: Question | Section) -> Question | Section | None:
        """What a path without conditions leads to, by the names of the form."""
        if any(step.conditions for step in path.steps) or path.steps[0].axis in {"self", "reference"}:
            return None
        way: list[Question | Section] = [*at.inside, at]
        for step in path.steps:
            if step.axis == "root":
                way = []
            elif step.axis == "parent" and way:
                way.pop()
            elif step.axis == "child":
                around = way[-1] if way else self.survey
                found = [] if isinstance(around, Question) else [n for n in around.children if n.name == step.key]
                if not found:
                    return None
                way.append(found[0])
        return way[-1] if way and path.steps[-1].axis == "child" else None


def _parsed(text: str) -> Node:
    try:
        return parse(text).root
    except DomainError as error:
        raise CannotSay(str(error.facts.get("reason", "too_long"))) from None


def repeats_of(node: Question | Section) -> tuple[Section, ...]:
    """The repeats around a question; of a repeat, itself included."""
    around = tuple(section for section in node.inside if section.is_repeat)
    return (*around, node) if isinstance(node, Section) and node.is_repeat else around


def is_calculated(node: Question | Section) -> bool:
    """Whether nobody answers it: it follows from other answers."""
    if isinstance(node, Section):
        return False
    return node.type in {"calculate", "hidden"} or bool(node.row.get("calculation"))


def _without_texts(text: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "''", text)
