"""Our expressions beside XLSForm's: what pyxform accepts and rejects, and what stands in forms that are in use."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from cencomm.errors import DomainError
from cencomm.templates_forms.expression import Call, Chain, Negation, Node, parse
from cencomm.templates_forms.expression import Path as FormPath
from cencomm.templates_forms.functions import FUNCTIONS
from tests.shared_data import shared_path

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "own" / "expression_cases.json").read_text(encoding="utf-8")
)["cases"]
REFUSED = {"error": "templates.expression_malformed"}
OURS_ONLY = {"${ name }", "${name }"}
"""We allow spaces within `${ }`; what is exported to XLSForm has none."""

SYNTAX = {"1 +", "(1", "not()", "nothing(1)", "${items}[", "1 == 1", "../", "${}"}

SURVEY: tuple[tuple[str, str], ...] = (
    *(("text", name) for name in ("name", "empty", "arabic", "emoji", "spaces", "numtext", "code", "cs", "maker")),
    *(("text", name) for name in ("n", "d", "yes", "no", "day", "at", "dayonly", "deep")),
    ("begin repeat", "items"),
    *(("text", name) for name in ("q", "kind", "tint", "when")),
    ("begin repeat", "subs"),
    ("text", "s"),
    ("end repeat", ""),
    ("end repeat", ""),
    ("begin repeat", "none"),
    ("text", "none_q"),
    ("end repeat", ""),
)
COLUMNS = ("relevant", "constraint", "calculation", "required", "choice_filter", "repeat_count", "bind:relevant")
WORDS = {"yes", "no", "true", "false", "TRUE", "FALSE"}
"""What `required` may hold instead of an expression."""
UNSUPPORTED = {"instance", "jr:itext", "difference-in-months", "add-date", "random", "sqrt", "cos", "atan"}
"""Secondary instances, and functions that are not exact, not the same for every reader, or of one vendor."""


def _pyxform_rejects(*expressions: str) -> bool:
    rows: list[dict[str, str]] = [{"type": kind, "name": name, "label": name or "-"} for kind, name in SURVEY]
    rows += [
        {"type": "calculate", "name": f"c{number}", "calculation": expression}
        for number, expression in enumerate(expressions)
    ]
    try:
        convert(xlsform={"survey": rows, "settings": [{"form_title": "t"}]}, validate=False)
    except PyXFormError:
        return True
    return False


def test_pyxform_accepts_all_that_we_accept() -> None:
    ours = [case["expression"] for case in CASES if case["expect"] != REFUSED and case["expression"] not in OURS_ONLY]
    assert len(ours) > 400
    assert not _pyxform_rejects(*ours)
    assert all(_pyxform_rejects(expression) for expression in OURS_ONLY)


def test_what_pyxform_rejects_we_refuse_and_more() -> None:
    """pyxform looks at `${}` only; the rest of the syntax is left to the programs that run the form. We refuse both."""
    ours = {case["expression"] for case in CASES if case["expect"] == REFUSED and case["expression"].strip()}
    ours = {expression for expression in ours if "$" in expression} | SYNTAX
    theirs = {expression for expression in ours if _pyxform_rejects(expression)}
    assert {"${Name}", "${unknown_field}", "${a.b}", "${_x}"} <= theirs
    assert ours - theirs >= SYNTAX


def _real_expressions() -> Iterator[str]:
    for path in sorted(shared_path("data", "xlsforms").glob("*.xls*")):
        book = CalamineWorkbook.from_path(path)
        for sheet in (name for name in book.sheet_names if name.strip().lower() == "survey"):
            header, *rows = book.get_sheet_by_name(sheet).to_python() or [[]]
            wanted = [place for place, cell in enumerate(header) if str(cell).strip().lower() in COLUMNS]
            for row in rows:
                for place in wanted:
                    text = str(row[place]).strip() if place < len(row) and isinstance(row[place], str) else ""
                    if text and text not in WORDS:
                        yield text


def _functions(node: Node) -> Iterator[str]:
    match node:
        case Call(function=function, arguments=arguments):
            yield function
            for argument in arguments:
                yield from _functions(argument)
        case Chain(head=head, links=links):
            for operand in (head, *(operand for _, operand in links)):
                yield from _functions(operand)
        case Negation(operand=operand):
            yield from _functions(operand)
        case FormPath(steps=steps):
            for step in steps:
                for condition in step.conditions:
                    yield from _functions(condition.root)


def test_expressions_of_forms_in_use_are_read() -> None:
    """Of 58 forms of five projects; the few that are refused are of the kinds that are named."""
    refused: Counter[str] = Counter()
    texts = set(_real_expressions())
    for text in texts:
        try:
            unknown = set(_functions(parse(text).root)) - set(FUNCTIONS)
        except DomainError:
            unknown = {"instance"} if "instance(" in text else {text}
        assert unknown <= UNSUPPORTED or text in NO_EXPRESSIONS, text
        refused[min(unknown, default="")] += 1
    assert len(texts) > 700
    assert refused[""] / len(texts) > 0.98


NO_EXPRESSIONS = {"because pyxform doesn't know what to do", "label::English != ''"}


@pytest.mark.parametrize("text", ["${last-saved#name}", "instance('list')/root/item[name = ${name}]/label"])
def test_what_reaches_outside_the_form_is_refused(text: str) -> None:
    with pytest.raises(DomainError):
        parse(text)
