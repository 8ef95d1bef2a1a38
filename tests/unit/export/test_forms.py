"""Forms as tables: every answer is somewhere, in its own kind, whatever a sender put there."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cencomm.export.forms import FormRow, cell, form_tables
from cencomm.export.table import Cell, Column, Kind, Table
from cencomm.templates_forms.model import Answers, Field, Template, standard

HEAD = (Column("seq", "Seq", Kind.NUMBER), Column("officer", "Officer"))


def _words(text: str) -> dict[str, str]:
    return dict.fromkeys(("en", "fr", "es", "ru", "ar", "pt"), text)


def _field(key: str, kind: str, **more: object) -> dict[str, object]:
    return {"kind": "field", "key": key, "type": kind, "labels": _words(key.title()), **more}


TEMPLATE = Template.decode_unchecked(
    json.dumps(
        {
            "format": 1,
            "id": "test",
            "version": 1,
            "labels": _words("Test form"),
            "code_lists": [
                {
                    "key": "unit",
                    "codes": [{"key": "kg", "labels": _words("kilogram")}, {"key": "l", "labels": _words("litre")}],
                }
            ],
            "groups": [
                {
                    "kind": "group",
                    "key": "main",
                    "labels": _words("Main"),
                    "children": [
                        _field("place", "text"),
                        _field("day", "date"),
                        _field("at", "datetime"),
                        _field("units", "codes", code_list="unit"),
                    ],
                },
                {
                    "kind": "group",
                    "key": "item",
                    "labels": _words("Goods"),
                    "repeat": {"max": 5},
                    "children": [
                        _field("amount", "decimal"),
                        _field("unit", "code", code_list="unit"),
                        {
                            "kind": "group",
                            "key": "part",
                            "labels": _words("Parts"),
                            "repeat": {"max": 5},
                            "children": [_field("note", "text")],
                        },
                    ],
                },
            ],
        }
    ).encode()
)


def _tables(*answers: dict[str, Any]) -> dict[str, list[dict[str, Cell]]]:
    rows = [FormRow((number, "KE/otieno"), given) for number, given in enumerate(answers, start=7)]
    return {table.name: _as_dicts(table) for table in form_tables(TEMPLATE, HEAD, lambda: rows, "en")}


def test_derived_answers_are_asked_for_only_where_a_table_shows_them() -> None:
    template = standard("simplified_seizure")
    asked: list[int] = []

    def rows() -> list[FormRow]:
        item = {"heading": "drugs", "quantity": "2500", "unit": "GRM"}

        def derive() -> Answers:
            asked.append(1)
            return {"item": [item | {"quantity_canonical": "2.5"}]}

        return [FormRow((1, "KE/otieno"), {"item": [item]}, derive), FormRow((2, "KE/otieno"), {}, derive)]

    first, items = (_as_dicts(table) for table in form_tables(template, HEAD, rows, "en"))
    assert [row["seq"] for row in first] == [1, 2]
    assert [(row["seq"], row["quantity_canonical"], row["other_answers"]) for row in items] == [(1, "2.5", None)]
    assert len(asked) == 1


def _as_dicts(table: Table) -> list[dict[str, Cell]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def test_a_form_and_its_repeats_become_rows_with_codes_and_words() -> None:
    tables = _tables(
        {
            "place": "Mombasa",
            "day": "2016-02-29",
            "at": "2016-02-29T10:00:00+00:00",
            "units": ["kg", "l"],
            "item": [
                {"amount": "12.50", "unit": "kg", "part": [{"note": "a"}, {"note": "b"}]},
                {"amount": "3", "unit": "l"},
            ],
        }
    )
    assert tables["Test form"] == [
        {
            "seq": 7,
            "officer": "KE/otieno",
            "place": "Mombasa",
            "day": date(2016, 2, 29),
            "at": datetime(2016, 2, 29, 10, tzinfo=UTC),
            "units": "kg l",
            "units.word": "kilogram; litre",
            "other_answers": None,
        }
    ]
    assert tables["Goods"] == [
        {
            "seq": 7,
            "item.row": 1,
            "amount": Decimal("12.50"),
            "unit": "kg",
            "unit.word": "kilogram",
            "other_answers": None,
        },
        {"seq": 7, "item.row": 2, "amount": Decimal("3"), "unit": "l", "unit.word": "litre", "other_answers": None},
    ]
    assert [(row["item.row"], row["part.row"], row["note"]) for row in tables["Parts"]] == [(1, 1, "a"), (1, 2, "b")]


def test_what_has_no_place_or_another_type_is_kept_as_text() -> None:
    tables = _tables(
        {
            "place": {"not": "text"},
            "day": "29 February",
            "at": "2016-02-29T10:00:00+03:00",
            "units": "unknown_unit",
            "unheard_of": [1, "x"],
            "item": [{"amount": "1e3", "unit": 5, "colour": "red"}, "not a row"],
        },
        {"item": "not rows at all"},
    )
    (form, other) = tables["Test form"]
    assert form["place"] == '{"not": "text"}'
    assert form["day"] == "29 February"
    assert form["at"] == "2016-02-29T10:00:00+03:00"
    assert form["units"] == form["units.word"] == "unknown_unit"
    assert form["other_answers"] == '{"unheard_of": [1, "x"]}'
    assert other["other_answers"] is None
    first, second, third = tables["Goods"]
    assert (first["amount"], first["unit"], first["other_answers"]) == ("1e3", 5, '{"colour": "red"}')
    assert second["other_answers"] == '{"": "not a row"}'
    assert third["other_answers"] == '{"": "not rows at all"}'


def test_column_titles_are_in_the_readers_language_and_keys_are_not() -> None:
    table = form_tables(TEMPLATE, HEAD, list, "ar")[0]
    assert [column.key for column in table.columns][-2:] == ["units.word", "other_answers"]
    assert [column.title for column in table.columns][2] == "Place"


def test_only_one_way_to_write_a_moment_or_a_number_is_typed() -> None:
    """So that every client makes the same tables: what a library accepts besides is text."""
    fields = {"at": "datetime", "day": "date", "n": "decimal"}

    def typed(key: str, text: str) -> Cell:
        return cell(Field(key=key, type=fields[key], labels={}), text)  # type: ignore[arg-type]

    assert typed("at", "2024-02-29T10:00Z") == datetime(2024, 2, 29, 10, tzinfo=UTC)
    assert typed("at", "2024-02-29T10:00:05+00:00") == datetime(2024, 2, 29, 10, 0, 5, tzinfo=UTC)
    for text in ("2024-02-30T10:00Z", "20240229T100000Z", "2024-W01-1T10:00Z", "2024-02-29 10:00Z", "2024-02-29T10:00"):
        assert typed("at", text) == text
    assert typed("day", "2024-02-29") == date(2024, 2, 29)
    for text in ("20240229", "2024-02-30", "0000-01-01"):
        assert typed("day", text) == text
    assert typed("n", "-0.50") == Decimal("-0.50")
    for text in ("1e5", "+1", ".5", "1_000", "\u0663", " 5 "):
        assert typed("n", text) == text
