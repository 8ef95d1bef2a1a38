"""Refusals of forms: each that is about a cell says which."""

from __future__ import annotations

from cencomm.xlsform.errors import NameTwice, RowRefused


def test_every_refusal_of_a_cell_has_its_place() -> None:
    for kind in RowRefused.__subclasses__():
        error = kind("survey", 3, "name", "x" * 500)
        assert error.facts == {"sheet": "survey", "row": 3, "column": "name", "value": "x" * 100}
        assert error.code.startswith("xlsform.")
    assert len(RowRefused.__subclasses__()) > 15
    assert NameTwice.code == "xlsform.name_twice"
