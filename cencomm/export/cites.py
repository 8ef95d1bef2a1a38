"""The lines of a CITES annual illegal trade report, in the columns of the Secretariat's standard format.

One line for each item under the heading of fauna and flora, of every template that asks for items as the standard
seizure forms do. The titles are those of the format, in English, one of the Convention's working languages; what a
form does not ask for is left empty, for whoever completes the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from cencomm.export.table import Cell, Column, Kind, Table
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.quantities import canonical
from cencomm.templates_forms.values import MISSING, parse_date

HEADING = "fauna_flora"
COLUMNS = (
    Column("seizure_no", "Seizure ID / No.", width=24),
    Column("date", "Date of seizure", Kind.DATE, 14),
    Column("species", "Species", width=28),
    Column("specimen", "Description of specimen", width=24),
    Column("quantity", "Quantity", Kind.NUMBER, 12),
    Column("unit", "Unit", width=8),
    Column("location", "Location of incident", width=28),
    Column("agency", "Detecting agency", width=24),
    Column("reason", "Reason for seizure", width=28),
    Column("transport", "Mode of transport", width=18),
    Column("concealment", "Method of concealment", width=28),
    Column("origin", "Alleged country of origin", width=22),
    Column("transit", "Alleged country/countries of transit", width=22),
    Column("destination", "Alleged final destination", width=22),
    Column("value", "Estimated value in country", width=20),
    Column("nationality", "Nationality of offenders", width=20),
    Column("law", "Law under which charges were brought", width=24),
    Column("sanction", "Sanction", width=24),
    Column("disposal", "Disposal of confiscated specimens", width=28),
    Column("appendix", "CITES Appendix", width=12),
    Column("source", "Source of specimens", width=18),
)
_UNITS: Mapping[str, str] = {"KGM": "kg", "LTR": "l", "MTQ": "m3", "MTK": "m2", "H87": "", "HEA": ""}
"""The Guidelines' codes; specimens that are counted have none."""
_NAMED = (
    ("agency", "agency"),
    ("reason", "offence_type"),
    ("transport", "transport_mode"),
    ("concealment", "concealment"),
    ("destination", "destination_country"),
    ("sanction", "case_outcome"),
    ("disposal", "goods_outcome"),
)
_NAMED_OF_ITEM = (("appendix", "cites_appendix"), ("source", "specimen_source"))

Reported = tuple[Template, str, Mapping[str, object]]
"""A form: its template, how the record is named, and its answers."""


def cites_table(name: str, forms: Iterable[Reported], language: str) -> Table:
    """The report's table; words of codes are in `language`."""
    return Table(name, COLUMNS, _rows(forms, language), "cites")


def _rows(forms: Iterable[Reported], language: str) -> Iterator[list[Cell]]:
    for template, number, answers in forms:
        items = answers.get("item")
        for item in items if isinstance(items, list) else []:
            if isinstance(item, Mapping) and item.get("heading") == HEADING:
                line = _line(_Words(template, language), answers, item)
                line["seizure_no"] = _text(answers.get("national_case_ref")) or number
                yield [line.get(column.key) for column in COLUMNS]


class _Words:
    """Words of a template's codes, for people."""

    def __init__(self, template: Template, language: str) -> None:
        self.template = template
        self._language = language

    def of(self, key: str, value: object) -> str | None:
        """The words of an answer to the question `key`; an answer that is no code stays as it is."""
        if isinstance(value, list):
            return "; ".join(filter(None, (self.of(key, each) for each in value))) or None
        field = self.template.fields.get(key)
        if field is None or not isinstance(value, str) or not value:
            return None
        found = self.template.code(field.code_list, value)
        return value if found is None else self.template.code_word(field.code_list, value, self._language)


def _line(words: _Words, answers: Mapping[str, object], item: Mapping[str, object]) -> dict[str, Cell]:
    line: dict[str, Cell] = {column: words.of(key, answers.get(key)) for column, key in _NAMED}
    line |= {column: words.of(key, item.get(key)) for column, key in _NAMED_OF_ITEM}
    number, unit = _quantity(words.template, item)
    return line | {
        "date": _day(answers.get("offence_at")),
        "species": _text(item.get("species")),
        "specimen": words.of("product", item.get("product")),
        "quantity": number,
        "unit": unit,
        "location": _joined(
            _text(answers.get("offence_location")),
            _text(answers.get("offence_place")),
            words.of("offence_country", answers.get("offence_country")),
        ),
        "origin": words.of("origin_country", _column(answers, "origin", "origin_country")),
        "transit": words.of("transit_country", _column(answers, "transit", "transit_country")),
        "value": _joined(_text(item.get("value")), _text(item.get("value_currency")), separator=" "),
        "nationality": words.of("nationality", _column(answers, "person", "nationality")),
        "law": _text(answers.get("legal_provision")),
    }


def _quantity(template: Template, item: Mapping[str, object]) -> tuple[Decimal | None, str | None]:
    field = template.fields.get("quantity")
    found = canonical(template, field, item) if field is not None else None
    if found is None:
        return None, None
    return found[0], _UNITS.get(found[1], found[1]) or None


def _column(answers: Mapping[str, object], repeat: str, key: str) -> list[object]:
    """What the rows of a repeat answer to one question, each answer once, in their order."""
    rows = answers.get(repeat)
    found: list[object] = []
    for row in rows if isinstance(rows, list) else []:
        value = row.get(key) if isinstance(row, Mapping) else None
        for each in value if isinstance(value, list) else [value]:
            if each is not None and each not in found:
                found.append(each)
    return found


def _day(value: object) -> Cell:
    day = value[:10] if isinstance(value, str) else ""
    return date.fromisoformat(day) if parse_date(day) != MISSING else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _joined(*parts: str | None, separator: str = ", ") -> str | None:
    return separator.join(part for part in parts if part) or None
