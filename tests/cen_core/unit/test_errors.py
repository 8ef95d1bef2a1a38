"""The core's refusals: each with a code of its own, none with a sentence."""

from __future__ import annotations

from cen_core.errors import CenError
from cencomm.errors import DomainError, all_error_types


def test_every_refusal_has_a_code_of_its_own() -> None:
    kinds = CenError.__subclasses__()
    assert len(kinds) > 10
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.code.startswith("cen.") and issubclass(kind, DomainError) for kind in kinds)
    assert set(kinds) <= set(all_error_types())
