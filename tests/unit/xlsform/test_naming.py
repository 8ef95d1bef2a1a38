"""Names become keys and codes: as they are where they can be, and each once."""

from __future__ import annotations

import pytest

from cencomm.xlsform.naming import Taken, code_of, key_of


@pytest.mark.parametrize(
    ("name", "key"),
    [("a_1", "a_1"), ("Age", "age"), ("a.b-c", "a_b_c"), ("_x", "q_x"), ("été", "q_t_"), ("x" * 99, "x" * 64)],
)
def test_a_key_is_as_near_to_the_name_as_keys_can_be(name: str, key: str) -> None:
    assert key_of(name) == key


@pytest.mark.parametrize(("name", "code"), [("KE", "KE"), ("a b", "a_b"), ("_x", "c_x"), ("1/2", "1_2")])
def test_a_code_is_as_near_to_the_name_as_codes_can_be(name: str, code: str) -> None:
    assert code_of(name) == code


def test_a_key_that_is_taken_gets_a_number_and_never_too_many_letters() -> None:
    taken = Taken(["a", "a_2"])
    assert [taken.free(key) for key in ("a", "b", "b", "x" * 64, "x" * 64)] == [
        "a_3",
        "b",
        "b_2",
        "x" * 64,
        "x" * 62 + "_2",
    ]
