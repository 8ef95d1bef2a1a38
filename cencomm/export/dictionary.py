"""The data dictionary: what each column of an extraction means, and the codes that may stand in it with their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cencomm.export.table import Cell, Column, Kind, Table
from cencomm.i18n import message
from cencomm.templates_forms.model import Field, Group, Template

FIELDS, CODES = "dictionary", "codes"
_FIELDS = (
    Column("template", "", width=22),
    Column("version", "", Kind.NUMBER, 8),
    Column("section", "", width=24),
    Column("field", "", width=24),
    Column("label", "", width=36),
    Column("type", "", width=16),
    Column("code_list", "", width=18),
    Column("unit_field", "", width=18),
    Column("nominal", "", width=18),
    Column("cen", "", width=18),
    Column("calculation", "", width=36),
    Column("hint", "", width=48),
)
_CODES = (Column("code_list", "", width=20), Column("code", "", width=20), Column("word", "", width=48))


def dictionary_tables(templates: Sequence[Template], language: str) -> list[Table]:
    """One row for each question of these templates, and one for each code of the lists that they use."""
    return [
        Table(
            message("text.sheet.dictionary", {}, language),
            _titled(_FIELDS, language),
            _fields(templates, language),
            FIELDS,
        ),
        Table(message("text.sheet.codes", {}, language), _titled(_CODES, language), _codes(templates, language), CODES),
    ]


def _titled(columns: Iterable[Column], language: str) -> tuple[Column, ...]:
    return tuple([replace(column, title=message(f"text.column.{column.key}", {}, language)) for column in columns])


def _fields(templates: Iterable[Template], language: str) -> Iterator[list[Cell]]:
    for template in templates:
        for path, field in _questions(template.groups):
            yield [
                template.id,
                template.version,
                path,
                field.key,
                template.label(field.key, language),
                message(f"text.cli.type.{field.type}", {}, language),
                field.code_list or field.reference or None,
                field.unit_field or None,
                message(f"text.nominal.{field.nominal}", {}, language),
                message(f"text.cen_level.{field.cen}", {}, language),
                field.calculation or None,
                template.hint(field.key, language) or None,
            ]


def _questions(groups: Iterable[Group], around: str = "") -> Iterator[tuple[str, Field]]:
    """Each question with the keys of the groups around it."""
    for group in groups:
        path = f"{around}{group.key}"
        for child in group.children:
            if isinstance(child, Field):
                yield path, child
            else:
                yield from _questions((child,), f"{path}/")


def _codes(templates: Iterable[Template], language: str) -> Iterator[list[Cell]]:
    """A code that several templates have with the same word comes once."""
    seen: set[tuple[str, str, str]] = set()
    for template in templates:
        used = {field.code_list for field in template.fields.values() if field.code_list}
        for code_list in template.code_lists:
            if code_list.key not in used:
                continue
            for code in code_list.codes:
                row = (code_list.key, code.key, template.code_word(code_list.key, code.key, language))
                if row not in seen:
                    seen.add(row)
                    yield list(row)
