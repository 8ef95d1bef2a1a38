"""Quantities in the one unit of their kind, by what a template's list of units says: grams become kilograms."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from cencomm.templates_forms.model import Field, Template
from cencomm.templates_forms.values import CONTEXT, parse_number

CANONICAL, FACTOR, KIND = "canonical", "factor", "kind"


def unit_of(template: Template, field: Field) -> Field | None:
    """The question that says the unit of a number: the one that the field names, else the one that its key names
    (`quantity_2` has `unit_2`)."""
    named = template.fields.get(field.unit_field or field.key.replace("quantity", "unit"))
    return named if named is not None and named.type == "code" else None


def canonical(template: Template, field: Field, answers: Mapping[str, object]) -> tuple[Decimal, str] | None:
    """The answer to a number that has a unit, and the canonical unit; None where either is missing or unknown.

    A currency has no factor: money stays what it is, in its own currency.
    """
    asked = unit_of(template, field)
    given = answers.get(field.key)
    value = parse_number(given) if isinstance(given, str) else given
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if asked is None or not isinstance(value, Decimal):
        return None
    unit = answers.get(asked.key)
    code = template.code(asked.code_list, unit) if isinstance(unit, str) else None
    if code is None:
        return None
    factor = parse_number(code.attributes.get(FACTOR, ""))
    if isinstance(factor, Decimal):
        return CONTEXT.multiply(value, factor), code.attributes.get(CANONICAL, code.key)
    return value, code.key


def kind_of_unit(template: Template, code_list: str, unit: str) -> str:
    """mass, volume, count … as the list of units says; empty where it says nothing, as a list of currencies does."""
    code = template.code(code_list, unit)
    return code.attributes.get(KIND, "") if code is not None else ""
