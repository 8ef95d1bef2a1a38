from __future__ import annotations

import contextlib
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.errors import DomainError
from cencomm.templates_forms.errors import ExpressionMalformed, ExpressionTooLarge
from cencomm.templates_forms.safe_regex import MAX_PATTERN, compile_pattern


@st.composite
def patterns(draw: st.DrawFn, depth: int = 2) -> str:
    """Patterns of our language that mean the same to Python's own engine."""
    kind = draw(st.integers(0, 5)) if depth else 0
    if kind <= 1:
        return draw(st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[a-c]", r"\d", r"\.", "c", r"\W"]))
    inner = draw(patterns(depth - 1))
    if kind == 2:
        return inner + draw(patterns(depth - 1))
    if kind == 3:
        return f"({inner}|{draw(patterns(depth - 1))})"
    return f"({inner})" + draw(st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"]))


@settings(max_examples=400, deadline=None)
@given(patterns(), st.text(alphabet="abc1. ", max_size=8))
def test_it_agrees_with_pythons_engine_where_both_know_the_pattern(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).matches(text) == (re.fullmatch(pattern, text, re.ASCII) is not None)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*", "(a*)*b", "(a|aa)+$", "(.*a){20}", "([a-z]+)*!"])
def test_patterns_that_hang_other_engines_do_not_hang(pattern: str) -> None:
    began = time.monotonic()
    compile_pattern(pattern).matches("a" * 2_000 + "!")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "a)",
        "[",
        "[a",
        "[]",
        "*",
        "a**",
        "a{",
        "a{2",
        "a{3,2}",
        "a{101}",
        "\\",
        "\\b",
        "\\1",
        "(?=a)",
        "(?P<a>a)",
        "a^b",
        "a$b",
        "[[]",
    ],
)
def test_what_is_not_of_the_language_is_refused(pattern: str) -> None:
    if pattern == "[]":
        assert not compile_pattern(pattern).matches("")
        return
    with pytest.raises(ExpressionMalformed):
        compile_pattern(pattern)


def test_size_and_depth_are_bounded() -> None:
    for pattern in ("a" * (MAX_PATTERN + 1), "((a{100}){100}){100}", "(" * 50 + "a" + ")" * 50, "(a?){100}" * 20):
        with pytest.raises(ExpressionTooLarge):
            compile_pattern(pattern)


def test_anchors_are_allowed_at_the_ends_and_an_escaped_dollar_is_a_sign() -> None:
    assert compile_pattern("^a$").matches("a")
    assert compile_pattern(r"a\$").matches("a$")
    assert not compile_pattern(r"a\$").matches("a")
    assert compile_pattern(r"a\\$").matches("a\\")


@given(st.text(max_size=30), st.text(max_size=10))
def test_any_pattern_gives_an_answer_or_an_error_of_ours(pattern: str, text: str) -> None:
    with contextlib.suppress(DomainError):
        compile_pattern(pattern).matches(text)
