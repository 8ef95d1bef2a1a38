"""The refusals of tables and mappings: stable codes, facts, a sentence each."""

from __future__ import annotations

import pytest

from cencomm.bulk import errors
from cencomm.errors import DomainError
from cencomm.i18n import LANGUAGES, translate

REFUSALS = [
    errors.TableUnreadable(line=3, reason="quoting"),
    errors.TableTooLarge(what="rows", limit=7),
    errors.ColumnMissing(column="UF"),
    errors.MappingMalformed(at="answers", reason="shape"),
    errors.MappingUnknown(name="mine"),
    errors.RowsWrong(rows=2, cells=3),
    errors.WorkbookOfOther(template="warning"),
]


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
def test_each_refusal_says_its_facts_in_every_language(error: DomainError) -> None:
    for language in LANGUAGES:
        said = translate(error.code, error.facts, language)
        assert all(str(fact) in said for fact in error.facts.values())
