"""Every rule of the table is broken by a case, is refused by its own number, and leaves the group as it was."""

from __future__ import annotations

import re

import pytest

from cencomm.crypto.mls.public.validation import CHECKS, MlsError, WrongEpoch, refuse
from tests.unit.crypto.mls.public import case_commits, case_leaves, case_messages, case_trees
from tests.unit.crypto.mls.public.cases import CASES, Case
from tests.unit.crypto.mls.public.world import grown

MODULES = (case_commits, case_leaves, case_messages, case_trees)


def test_every_rule_is_broken_by_a_case_and_every_case_breaks_a_rule() -> None:
    assert sorted(CASES) == sorted(CHECKS)


def test_numbers_are_in_the_range_and_order_of_the_public_half() -> None:
    numbers = list(CHECKS)
    assert numbers == sorted(numbers)
    assert all(re.fullmatch(r"V[123]\d\d", number) for number in numbers)
    assert all("§" in check.source and check.says for check in CHECKS.values())


@pytest.mark.parametrize(
    ("number", "case"),
    [pytest.param(number, case, id=f"{number}-{case.__name__}") for number in sorted(CASES) for case in CASES[number]],
)
def test_case_is_refused_by_its_rule_and_changes_nothing(number: str, case: Case) -> None:
    group = grown().group
    before = group.encode()
    with pytest.raises(MlsError) as refusal:
        case()
    assert refusal.value.check == number
    assert refusal.value.facts["check"] == number
    assert grown().group is group
    assert group.encode() == before


def test_wrong_epoch_is_its_own_error_and_tells_both_epochs() -> None:
    with pytest.raises(WrongEpoch) as refusal:
        grown().stage(grown().commit(epoch=1))
    assert refusal.value.facts == {"check": "V146", "sent": 1, "current": grown().group.epoch}
    assert (MlsError.code, WrongEpoch.code) == ("mls.refused", "mls.wrong_epoch")


def test_unknown_number_is_our_own_fault() -> None:
    with pytest.raises(KeyError):
        refuse("V999")
