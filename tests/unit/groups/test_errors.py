"""The codes of what the Delivery Service refuses are stable and each has its sentence."""

from __future__ import annotations

from cencomm.errors import DomainError
from cencomm.groups import errors
from cencomm.i18n.messages import MESSAGES


def test_every_refusal_has_its_own_code_and_sentence() -> None:
    refusals = [value for value in vars(errors).values() if isinstance(value, type) and value is not DomainError]
    codes = [refusal.code for refusal in refusals if issubclass(refusal, DomainError)]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith(("groups.", "files.")) for code in codes)
    assert all(f"error.{code}" in MESSAGES for code in codes)
