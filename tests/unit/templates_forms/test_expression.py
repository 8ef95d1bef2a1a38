from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import DomainError
from cencomm.templates_forms.errors import ExpressionMalformed, ExpressionTooLarge
from cencomm.templates_forms.expression import MAX_DEPTH, MAX_LENGTH, MAX_NODES, Call, Chain, Literal, parse

PIECES = st.sampled_from(
    [
        "${a}",
        "1",
        "'x'",
        "+",
        "-",
        "*",
        "div",
        "mod",
        "=",
        "<",
        "and",
        "or",
        "(",
        ")",
        ",",
        "not",
        "if",
        ".",
        "count",
        " ",
    ]
)


def test_tighter_operators_bind_first() -> None:
    root = parse("1 + 2 * 3 = 7 and true()").root
    assert isinstance(root, Chain)
    assert root.links[0][0] == "and"
    assert isinstance(root.head, Chain)
    assert root.head.links[0][0] == "="


def test_references_and_nodes_are_counted() -> None:
    expression = parse("if(${a} > 1, ${b}, ${a})")
    assert expression.references == {"a", "b"}
    assert expression.nodes == 6
    assert isinstance(expression.root, Call)


def test_position_of_what_is_wrong_is_named() -> None:
    with pytest.raises(ExpressionMalformed) as caught:
        parse("1 + ?")
    assert caught.value.facts == {"reason": "unexpected_character", "position": 4}


def test_length_nodes_and_depth_are_bounded() -> None:
    for text in (
        "1" + " " * MAX_LENGTH,
        " + ".join(["1"] * (MAX_NODES // 2 + 60)),
        "(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1),
        "-" * (MAX_DEPTH + 1) + "1",
        "(" * 1_000,
        "not(" * 100 + "1" + ")" * 100,
    ):
        with pytest.raises(ExpressionTooLarge):
            parse(text)


def test_long_chain_is_not_a_deep_one() -> None:
    assert parse(" + ".join(["1"] * 150)).nodes == 299


def test_text_is_not_escaped_and_both_quotes_serve() -> None:
    assert parse('"it\'s"').root == Literal("it's")
    assert parse("'\\n'").root == Literal("\\n")


@given(st.text(max_size=60))
def test_any_text_gives_a_tree_or_an_error_of_ours(text: str) -> None:
    with contextlib.suppress(DomainError):
        parse(text)


@given(st.lists(PIECES, max_size=40))
def test_any_tokens_give_a_tree_or_an_error_of_ours(pieces: list[str]) -> None:
    with contextlib.suppress(DomainError):
        parse(" ".join(pieces))
