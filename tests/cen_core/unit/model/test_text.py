"""Tokens and clauses. `tests/cen_core/store/test_published.py` asks both databases with them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cen_core.errors import QueryInvalid
from cen_core.model import codes
from cen_core.model.text import MAX_TOKEN, Phrase, clauses, code_token, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Côte d’Ivoire", ["cote", "d", "ivoire"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("Ёлка ёлка елка", ["елка", "елка", "елка"]),
        ("السَّجائر سجائر", ["سجاير", "سجاير"]),
        ("海关", ["海关", "关"]),
        ("A海B", ["a", "海", "b"]),
        ("ﬁne ①", ["fine", "1"]),
        ("x" * 100, ["x" * MAX_TOKEN]),
        ("", []),
        ("'\"()*:-;\\\x00", []),
    ],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert tokens(text) == found


@given(st.text(max_size=200))
def test_tokens_hold_letters_marks_and_digits_only(text: str) -> None:
    for token in tokens(text):
        assert token
        assert all(unicodedata.category(character)[0] in "LMN" for character in token)


@given(st.text(max_size=500))
def test_clauses_hold_tokens_only(text: str) -> None:
    try:
        found = clauses(text)
    except QueryInvalid:
        return
    for clause in found:
        for phrase in clause.any_of:
            assert phrase.tokens
            assert all(unicodedata.category(c)[0] in "LMN" for token in phrase.tokens for c in token)


def test_words_of_codes_are_alternatives() -> None:
    (clause,) = clauses("кокаин")
    assert clause.any_of[0] == Phrase(("кокаин",))
    assert Phrase((code_token("product", "cocaine"),)) in clause.any_of
    (short,) = clauses("co*")
    assert short.any_of == (Phrase(("co",), is_prefix=True),)


def test_phrases_and_exclusions() -> None:
    phrase, without = clauses('"qqq www" -eee*')
    assert phrase.any_of == (Phrase(("qqq", "www")),)
    assert (without.negated, without.any_of) == (True, (Phrase(("eee",), is_prefix=True),))


def test_every_code_has_a_token_of_its_own() -> None:
    every = [code_token(name, code) for name, code in codes.all_codes()]
    assert len(set(every)) == len(every)
    assert all(tokens(token) == [token] for token in every)
