"""The root of every refusal."""

from __future__ import annotations

from cencomm.errors import DomainError, all_error_types
from cencomm.i18n.check import import_everything


def test_error_shows_code_and_facts() -> None:
    class Sample(DomainError):
        code = "sample.error"

    assert str(Sample(sent=4, current="5")) == "sample.error(sent=4, current='5')"
    assert Sample(sent=4).facts == {"sent": 4}
    assert DomainError().code == "internal"


def test_every_code_is_one_family_and_one_word_and_belongs_to_one_error() -> None:
    import_everything()
    found = [error for error in all_error_types() if error.__module__.startswith("cencomm.")]
    assert len(found) > 50
    for error in found:
        family, dot, word = error.code.partition(".")
        assert dot and family.isidentifier() and word.isidentifier(), error
    assert all_error_types() == sorted(all_error_types(), key=lambda error: error.code)


def test_no_two_errors_share_a_code() -> None:
    import_everything()
    pending: list[type[DomainError]] = [DomainError]
    owners: dict[str, type[DomainError]] = {}
    while pending:
        error = pending.pop()
        pending.extend(error.__subclasses__())
        if "code" in vars(error) and error.__module__.startswith("cencomm."):
            assert owners.setdefault(error.code, error) is error, error.code
