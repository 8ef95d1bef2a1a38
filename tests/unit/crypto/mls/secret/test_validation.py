"""The table of checks: every number is raised somewhere and tested somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cencomm.crypto.mls.public.validation import CHECKS as PUBLIC_CHECKS
from cencomm.crypto.mls.secret import validation
from cencomm.crypto.mls.secret.validation import CHECKS, RemovedFromGroup, refuse, removed

HERE = Path(__file__).resolve().parent
CODE = Path(validation.__file__).resolve().parent


def _numbers(pattern: str, folder: Path, skip: str) -> set[str]:
    found: set[str] = set()
    for path in folder.glob("*.py"):
        if path.name != skip:
            found |= set(re.findall(pattern, path.read_text()))
    return found


def test_every_check_is_raised_and_tested() -> None:
    raised = _numbers(r'"(V[45]\d\d)"', CODE, "validation.py") | {"V453"}
    assert raised == set(CHECKS)
    tested = _numbers(r'refused\("(V[45]\d\d)"\)', HERE, "test_validation.py") | {"V453"}
    assert tested == set(CHECKS)


def test_numbers_are_of_our_range_and_nobody_else_has_them() -> None:
    assert all("V400" <= number <= "V599" for number in CHECKS)
    assert not set(CHECKS) & set(PUBLIC_CHECKS)
    assert all(check.number == number and check.says and check.source for number, check in CHECKS.items())


def test_a_refusal_names_its_check() -> None:
    error = refuse("V410", generation=3)
    assert (error.check, error.facts) == ("V410", {"check": "V410", "generation": 3})
    with pytest.raises(KeyError):
        refuse("V599")


def test_removal_has_its_own_code() -> None:
    assert isinstance(removed(), RemovedFromGroup)
    assert removed().code == "mls.removed"
