"""Answers typed as FIELD=VALUE become what the template's fields hold."""

from __future__ import annotations

import json

import pytest
import typer

from cencomm.cli.typed_answers import answers_from_words
from cencomm.templates_forms.model import Template


def words(text: str) -> dict[str, str]:
    return dict.fromkeys(("en", "fr", "es", "ru", "ar", "pt"), text)


def field(key: str, kind: str, **more: object) -> dict[str, object]:
    return {"kind": "field", "key": key, "type": kind, "labels": words(key), **more}


TEMPLATE = Template.decode_unchecked(
    json.dumps(
        {
            "format": 1,
            "id": "test",
            "version": 1,
            "labels": words("Test"),
            "code_lists": [{"key": "way", "codes": [{"key": "sea", "labels": words("sea")}]}],
            "groups": [
                {
                    "kind": "group",
                    "key": "main",
                    "labels": words("Main"),
                    "children": [
                        field("place", "text"),
                        field("people", "int"),
                        field("is_new", "bool"),
                        field("ways", "codes", code_list="way"),
                    ],
                },
                {
                    "kind": "group",
                    "key": "item",
                    "labels": words("Goods"),
                    "repeat": {"max": 5},
                    "children": [field("amount", "decimal")],
                },
            ],
        }
    ).encode()
)


def test_values_take_the_kind_of_their_field() -> None:
    typed = ["place=Port = 7", "people=-3", "is_new=yes", "ways=sea, air", "item[0].amount=1.50", "item[1].amount=2"]
    assert answers_from_words(TEMPLATE, {}, typed) == {
        "place": "Port = 7",
        "people": -3,
        "is_new": True,
        "ways": ["sea", "air"],
        "item": [{"amount": "1.50"}, {"amount": "2"}],
    }


def test_what_does_not_fit_its_field_stays_text_for_the_rules_to_judge() -> None:
    assert answers_from_words(TEMPLATE, {}, ["people=many", "is_new=perhaps"]) == {
        "people": "many",
        "is_new": "perhaps",
    }


def test_a_word_overrides_the_file_and_an_empty_one_takes_out() -> None:
    given = {"place": "here", "people": 2, "item": [{"amount": "1"}]}
    assert answers_from_words(TEMPLATE, given, ["place=there", "people=", "item[0].amount=3"]) == {
        "place": "there",
        "item": [{"amount": "3"}],
    }
    assert given == {"place": "here", "people": 2, "item": [{"amount": "1"}]}


@pytest.mark.parametrize("word", ["place", "=x", "nothing=x", "item[1].amount=2", "item[x].amount=2", "Place=x"])
def test_a_word_that_cannot_be_placed_is_refused(word: str) -> None:
    with pytest.raises(typer.BadParameter):
        answers_from_words(TEMPLATE, {}, [word])
