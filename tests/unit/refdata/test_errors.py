"""The refusals of code lists: stable codes, facts, a sentence each."""

from __future__ import annotations

import pytest

from cencomm.errors import DomainError
from cencomm.i18n import LANGUAGES, translate
from cencomm.refdata import errors

REFUSALS = [
    errors.RefdataMalformed(line=7, column="Name", reason="empty"),
    errors.RefdataTooLarge(what="rows", limit=5),
    errors.RefdataUnknownList(name="harbours"),
    errors.RefdataUnavailable(name="package", package="none"),
    errors.RefdataDamaged(),
]


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
def test_each_refusal_says_its_facts_in_every_language(error: DomainError) -> None:
    for language in LANGUAGES:
        said = translate(error.code, error.facts, language)
        assert all(str(fact) in said for fact in error.facts.values())
