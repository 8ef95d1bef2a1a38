"""The data dictionary explains every column and every code, in the reader's language."""

from __future__ import annotations

from cencomm.export.dictionary import dictionary_tables
from cencomm.export.table import Cell, Table
from cencomm.templates_forms.model import standard

LONG, SHORT = standard("long_seizure"), standard("simplified_seizure")


def rows(table: Table) -> list[dict[str, Cell]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def test_every_question_of_every_template_is_explained() -> None:
    fields, _ = dictionary_tables([LONG, SHORT], "en")
    found = rows(fields)
    assert [row["field"] for row in found] == [*LONG.fields, *SHORT.fields]
    name = next(row for row in found if row["field"] == "family_name")
    assert (name["section"], name["nominal"], name["cen"]) == ("person", "directly", "never")
    value = next(row for row in found if row["field"] == "value")
    assert (value["unit_field"], value["cen"]) == ("value_currency", "coarsely")
    derived = next(row for row in found if row["field"] == "quantity_canonical")
    assert str(derived["calculation"]).startswith("number(${quantity})")


def test_every_code_that_is_used_has_its_word_once() -> None:
    _, codes = dictionary_tables([LONG, SHORT], "ar")
    found = [(row["code_list"], row["code"]) for row in rows(codes)]
    assert len(found) == len(set(found))
    used = {field.code_list for field in LONG.fields.values() if field.code_list}
    assert {code_list for code_list, _ in found} == used | {f.code_list for f in SHORT.fields.values() if f.code_list}
    assert {"code_list": "country", "code": "BR", "word": "البرازيل"} in rows(dictionary_tables([LONG], "ar")[1])
