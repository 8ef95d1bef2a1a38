"""The strict schema.

CS-01 what is encoded is decoded again, and one content has one encoding
CS-02 an unknown field is refused by its path, wherever it stands
CS-03 a field that leads to a person is refused by its path, and every such field of the dictionary is known
CS-04 a field of another shape is refused by its path, never with what was written
CS-05 numbers that have lost digits, control characters and halves of characters are refused
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cen_core.errors import CaseMalformed, CenError, NominalField, UnknownField
from cen_core.model.content import Content, GoodsLine, Stage, decode, encode, parse, words_of
from cen_core.model.nominal import NOMINAL_FIELDS
from tests.cen_core.world import data, line
from tests.shared_data import shared_path


def test_cs_01_round_trip() -> None:
    content = parse(data(concealment=["hull"], persons_arrested=0, goods=[line(value="10.50", currency="USD")]))
    assert decode(encode(content)) == content
    assert encode(decode(encode(content))) == encode(content)
    assert b'"quantity":"512.5"' in encode(content)


def test_cs_01_order_of_fields_does_not_matter() -> None:
    sent = data()
    assert encode(parse(sent)) == encode(parse(dict(reversed(list(sent.items())))))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (data(colour="red"), "colour"),
        (data(goods=[line(), line(colour="red")]), "goods[1].colour"),
        (data(route=[{"part": "departure", "country": "KE", "goods": []}]), "route[0].goods"),
        (data(**{"x" * 1000: 1}), "x" * 64),
        (data(group="op-thunder"), "group"),
        (data(record_id="1"), "record_id"),
    ],
)
def test_cs_02_unknown_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(UnknownField) as refused:
        parse(given)
    assert refused.value.facts == {"field": field}


@pytest.mark.parametrize("name", sorted(NOMINAL_FIELDS))
def test_cs_03_nominal_field(name: str) -> None:
    for sent, path in ((data(**{name: "x"}), name), (data(goods=[line(**{name: "x"})]), f"goods[0].{name}")):
        with pytest.raises(NominalField) as refused:
            parse(sent)
        assert refused.value.facts == {"field": path}


def test_cs_03_every_nominal_field_of_the_dictionary_is_known() -> None:
    with shared_path("domain", "dictionary.yaml").open(encoding="utf-8") as file:
        long_form = yaml.safe_load(file)["long_form"]
    nominal = {field["key"] for field in _fields(long_form) if field.get("nominal", "none") != "none"}
    assert len(nominal) > 15
    assert nominal <= NOMINAL_FIELDS
    schema = {*Content.__struct_fields__, *GoodsLine.__struct_fields__, *Stage.__struct_fields__}
    assert not schema & NOMINAL_FIELDS


def _fields(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "key" in node:
            yield node
        for below in node.values():
            yield from _fields(below)
    elif isinstance(node, list):
        for below in node:
            yield from _fields(below)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (data(form="medium"), "form"),
        (data(country="Kenya"), "country"),
        (data(occurred_on="2024-02-30"), "occurred_on"),
        (data(occurred_on=None), "occurred_on"),
        (data(goods="all"), "goods"),
        (data(goods=[1]), "goods[0]"),
        (data(goods=[line()] * 101), "goods"),
        (data(location="../etc"), "location"),
        (data(persons_arrested=-1), "persons_arrested"),
        (data(persons_arrested="two"), "persons_arrested"),
        (data(goods=[line(species="John Smith")]), "goods[0].species"),
        (data(goods=[line(hs6="12")]), "goods[0].hs6"),
        (data(goods=[line(quantity="a lot")]), "goods[0].quantity"),
        (data(narrative="x" * 4001), "narrative"),
        (data(route=[{"part": "departure"}]), "route[0].country"),
    ],
)
def test_cs_04_other_shape(given: dict[str, Any], field: str) -> None:
    with pytest.raises(CaseMalformed) as refused:
        parse(given)
    assert refused.value.facts == {"field": field}


@pytest.mark.parametrize("quantity", [1.5, True, "1" * 81, float("nan")])
def test_cs_05_quantity_is_text_or_whole(quantity: object) -> None:
    with pytest.raises(CaseMalformed):
        parse(data(goods=[line(quantity=quantity)]))
    assert parse(data(goods=[line(quantity=3)])).goods[0].quantity == 3


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "a\x1b[31m", "\r"])
def test_cs_05_what_is_no_text(text: str) -> None:
    with pytest.raises(CaseMalformed):
        parse(data(narrative=text))


@given(
    st.dictionaries(
        st.sampled_from([*Content.__struct_fields__, "family_name", "x"]),
        st.recursive(
            st.none() | st.integers() | st.floats() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
        ),
    )
)
def test_only_own_errors_escape(given: dict[str, Any]) -> None:
    with contextlib.suppress(CenError):
        parse(data() | given)


def test_words_are_named_by_their_paths() -> None:
    content = parse(data(place_text="Pier", goods=[line(), line(product="other", product_other="Horn")]))
    assert list(words_of(content)) == [("place_text", "Pier"), ("goods[1].product_other", "Horn")]


@pytest.mark.parametrize("name", ["Manis javanica", "Loxodonta africana cyclotis", "Dalbergia spp.", "Manis"])
def test_scientific_names(name: str) -> None:
    assert parse(data(goods=[line(species=name)])).goods[0].species == name
