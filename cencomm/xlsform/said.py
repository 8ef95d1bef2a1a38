"""What of a template other programs can be told, and in which cells: expressions, defaults, names of languages."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale

from cencomm.templates_forms.expression import Literal, parse
from cencomm.templates_forms.model import Field, Rule
from cencomm.templates_forms.values import number_text
from cencomm.xlsform.columns import OWN
from cencomm.xlsform.expressions import CannotSay, at_field, for_xlsform
from cencomm.xlsform.report import Notes
from cencomm.xlsform.survey import is_dynamic

_TABLE = re.compile(r"pulldata\('([^']*)'")
_NUMBERS = frozenset({"int", "decimal"})


@dataclass(frozen=True, slots=True)
class Saying:
    """Puts expressions into cells; `lists` are those that a form has with it."""

    lists: Collection[str]
    notes: Notes

    def expression(self, row: int, column: str, text: str) -> dict[str, str]:
        """The cell in words that others know, and where these are others than ours, ours in a column of our own."""
        if not text:
            return {}
        try:
            said = for_xlsform(text, self.lists)
        except CannotSay as problem:
            self.notes.add("only_ours", "survey", row, column, text, problem.reason)
            return {OWN + column: text}
        self._tables(said)
        return {column: said} | ({OWN + column: text} if said != text else {})

    def _tables(self, said: str) -> None:
        for table in _TABLE.findall(said):
            self.notes.add("needs_table", "survey", 0, "", table, f"{table}.csv")

    def default(self, row: int, field: Field) -> dict[str, str]:
        """The answer itself where it stands in the expression; else the expression, so that it is seen to be one."""
        if not field.default:
            return {}
        root = parse(field.default).root
        value = root.value if isinstance(root, Literal) else None
        own = {f"{OWN}default": field.default}
        if isinstance(value, Decimal):
            return {"default": number_text(value)} | ({} if field.type in _NUMBERS else own)
        if value and not is_dynamic(value) and re.fullmatch(r"[^\s'\"](.*[^\s'\"])?", value):
            return {"default": value} | (own if field.type in _NUMBERS or field.type == "bool" else {})
        if is_dynamic(field.default) and value is None:
            return self.expression(row, "default", field.default)
        return {"default": f"string({field.default})"} | own

    def rule(self, row: int, rule: Rule) -> dict[str, str]:
        """When the note of a rule is shown: everything that it needs is answered, and it does not hold."""
        try:
            said = for_xlsform(at_field(rule.expression, rule.at), self.lists)
        except CannotSay as problem:
            self.notes.add("only_ours", "survey", row, "relevant", rule.expression, problem.reason)
            return {"relevant": "false()"}
        self._tables(said)
        return {"relevant": " and ".join([*(f"${{{key}}} != ''" for key in rule.needs), f"not({said})"])}


def language_said(tag: str) -> str:
    """`English (en)`, as XLSForm recommends to head a column."""
    name = Locale("en").languages.get(tag.replace("-", "_")) or Locale("en").languages.get(tag.partition("-")[0])
    return f"{name} ({tag})" if name else tag
