"""Dimensions stand on columns and code lists that there are."""

from __future__ import annotations

from cen_core.model.codes import codes_of
from cen_core.model.dimensions import DIMENSIONS, PERIODS, Source
from cen_core.store.tables import facts, goods


def test_every_dimension_has_its_column_and_its_words() -> None:
    for name, dimension in DIMENSIONS.items():
        assert name == dimension.name
        if dimension.code_list:
            assert codes_of(dimension.code_list)
        if dimension.source is Source.CASE:
            assert name in facts.c
        if dimension.source is Source.GOODS:
            assert name in goods.c
        assert dimension.is_multiple is (dimension.source is not Source.CASE)
    assert set(PERIODS) <= set(DIMENSIONS)


def test_no_dimension_leads_to_an_officer() -> None:
    assert not set(DIMENSIONS) & {"author", "editor", "officer", "read_by"}
