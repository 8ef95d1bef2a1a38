"""What a person types becomes what a record keeps: figures of every script in use, decimal comma, groups of thousands.

Done once, where one types or reads a table in; expressions and readers see figures 0 to 9 only. The same in the browser
(`templates_forms/entry.ts`).
"""

from __future__ import annotations

import re

from cencomm.templates_forms.model import FieldType

_FIGURES = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
_GROUPING = re.compile("[ \t\r\n\u00a0\u2000-\u200a\u202f\u3000\u066c'\u2019]")
_COMMA = re.compile("([-\u2212]?)([0-9]*)[,\u060c]([0-9]*)")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_WRITTEN_IN_FIGURES = frozenset({"date", "datetime", "identifier"})


def western_figures(text: str) -> str:
    """Arabic-Indic and Persian figures as 0 to 9, their decimal sign as a point."""
    return text.translate(_FIGURES)


def typed_answer(kind: FieldType, typed: str) -> str | int:
    """What was typed, as the record keeps it; what does not fit stays as it is, and the rules say so."""
    if kind in {"int", "decimal"}:
        figures = _GROUPING.sub("", western_figures(typed))
        comma = _COMMA.fullmatch(figures)
        if comma is not None:
            figures = f"{comma[1]}{comma[2]}.{comma[3]}"
        figures = figures.replace("\u2212", "-", 1)
        return int(figures) if kind == "int" and _WHOLE.fullmatch(figures) else figures
    if kind in _WRITTEN_IN_FIGURES:
        figures = western_figures(typed)
        return figures.upper() if kind == "identifier" else figures
    return typed


def finished_number(text: str) -> str:
    """A number as it is once one has stopped typing: `12.` is 12, `.5` is 0.5."""
    return re.sub(r"\A(-?)\.", r"\g<1>0.", text).removesuffix(".")
