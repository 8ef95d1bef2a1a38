"""Every refusal of the accounts side has a code of its own in its family."""

from __future__ import annotations

import inspect

from cencomm.accounts import errors
from cencomm.errors import DomainError


def test_codes_are_of_the_family_and_differ() -> None:
    found = [
        error
        for _, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, DomainError) and error is not DomainError
    ]
    codes = {error.code for error in found}
    assert len(codes) == len(found) > 15
    assert all(code.startswith("accounts.") for code in codes)
