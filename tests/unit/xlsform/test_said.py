"""Cells that other programs read, and beside them those that only we do."""

from __future__ import annotations

import pytest

from cencomm.templates_forms.model import Field, FieldType, Rule
from cencomm.xlsform.languages import tag_of
from cencomm.xlsform.report import Notes
from cencomm.xlsform.said import Saying, language_said


@pytest.fixture
def saying() -> Saying:
    return Saying({"unit"}, Notes())


def kinds(saying: Saying) -> list[tuple[str, str, str]]:
    return [(note.kind, note.value, note.instead) for note in saying.notes.found]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", {}),
        ("${a} = 1", {"relevant": "${a} = 1"}),
        ("any(${r}, q)", {"relevant": "count(${r}[q]) > 0", "cencomm_relevant": "any(${r}, q)"}),
        (
            "pulldata('unit', 'kind', 'key', ${a}) = 'm'",
            {
                "relevant": "instance('unit')/root/item[name = ${a}]/kind = 'm'",
                "cencomm_relevant": "pulldata('unit', 'kind', 'key', ${a}) = 'm'",
            },
        ),
    ],
)
def test_an_expression_is_said_as_others_know_it_and_kept_as_it_is(
    saying: Saying, text: str, said: dict[str, str]
) -> None:
    assert saying.expression(2, "relevant", text) == said
    assert kinds(saying) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [("imo-number(.)", "imo-number"), ("any(${r}, pulldata('unit', 'kind', 'key', q) = 'm')", "pulldata")],
)
def test_an_expression_that_cannot_be_said_is_for_us_alone_and_told(saying: Saying, text: str, reason: str) -> None:
    assert saying.expression(2, "constraint", text) == {"cencomm_constraint": text}
    assert kinds(saying) == [("only_ours", text, reason)]


def test_a_table_that_others_need_as_a_file_is_told_once(saying: Saying) -> None:
    saying.expression(2, "relevant", "pulldata('port', 'country', 'key', ${a}) = 'FR'")
    saying.expression(3, "relevant", "pulldata('port', 'country', 'key', ${b}) = 'FR'")
    assert kinds(saying) == [("needs_table", "port", "port.csv")]


@pytest.mark.parametrize(
    ("kind", "default", "cells"),
    [
        ("text", "'group'", {"default": "group"}),
        ("int", "0", {"default": "0"}),
        ("date", "today()", {"default": "today()"}),
        ("text", "${a}", {"default": "${a}"}),
        ("int", "'5'", {"default": "5", "cencomm_default": "'5'"}),
        ("text", "5", {"default": "5", "cencomm_default": "5"}),
        ("text", "'f(x)'", {"default": "string('f(x)')", "cencomm_default": "'f(x)'"}),
        ("text", "''", {"default": "string('')", "cencomm_default": "''"}),
    ],
)
def test_a_default_is_the_answer_itself_or_seen_to_be_an_expression(
    saying: Saying, kind: FieldType, default: str, cells: dict[str, str]
) -> None:
    assert saying.default(2, Field(key="a", type=kind, labels={"en": "A"}, default=default)) == cells


def test_a_rule_is_shown_where_all_that_it_needs_is_answered_and_it_does_not_hold(saying: Saying) -> None:
    rule = Rule(key="R", level="warn", at="a", expression=". > ${b}", messages={"en": "M"}, needs=("a", "b"))
    assert saying.rule(2, rule) == {"relevant": "${a} != '' and ${b} != '' and not(${a} > ${b})"}
    alone = Rule(key="R", level="warn", at="a", expression="count(${r}[q = current()]) = 1", messages={"en": "M"})
    assert saying.rule(2, alone) == {"relevant": "not(count(${r}[q = ${a}]) = 1)"}
    never = Rule(key="R", level="warn", at="a", expression="imo-number(.)", messages={"en": "M"})
    assert saying.rule(2, never) == {"relevant": "false()"}
    assert kinds(saying) == [("only_ours", "imo-number(.)", "imo-number")]


@pytest.mark.parametrize("tag", ["en", "ar", "fa-AF", "pt-BR", "und-marsian"])
def test_the_head_of_a_column_names_the_language_and_is_read_as_it(tag: str) -> None:
    assert tag_of(language_said(tag)) == tag
