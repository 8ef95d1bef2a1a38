from __future__ import annotations

from cencomm.errors import DomainError
from cencomm.templates_forms import errors


def test_every_error_of_templates_has_its_own_code_in_one_family() -> None:
    found = [kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == errors.__name__]
    codes = [kind.code for kind in found if issubclass(kind, DomainError)]
    assert len(codes) == 11
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("templates.") for code in codes)
