"""A mapping is checked as a whole before it touches a table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cencomm.bulk import mapping
from cencomm.bulk.errors import MappingMalformed, MappingUnknown
from cencomm.bulk.mapping import MAPPINGS, document_of, load_mapping, shipped_mapping
from cencomm.templates_forms.model import standard

TEMPLATE = standard("simplified_seizure")
GUIDE = Path(__file__).resolve().parents[3] / "docs" / "mapping.md"
SMALL = """
format = 1
name = "small"
template = "simplified_seizure"
[columns]
land = "Country"
[values]
code = "pulldata('lands', 'code', 'key', ${land})"
[answers]
reporting_country = "${code}"
[[rows.item]]
_when = "${land} != ''"
heading = "'drugs'"
[words.lands]
Kenya = "KE"
"""


def test_every_mapping_that_ships_fits_its_template() -> None:
    for name in MAPPINGS:
        found = load_mapping(shipped_mapping(name), TEMPLATE)
        assert (found.name, bool(found.document.about)) == (name, True)
    with pytest.raises(MappingUnknown):
        shipped_mapping("../secrets")


def test_the_example_of_the_guide_is_a_mapping() -> None:
    (example,) = re.findall(r"```toml\n(format = 1.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert load_mapping(example.encode(), TEMPLATE).columns["amount"].type == "number"


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        ("format = 1", "format = 2", "$.format", "shape"),
        ("[columns]", "[colums]", "", "shape"),
        ("format = 1", "format = ", "", "not_toml"),
        ('template = "simplified_seizure"', 'template = "warning"', "template", "other_template"),
        ("reporting_country", "reporting_land", "reporting_land", "unknown_field"),
        ("reporting_country", "quantity", "quantity", "unknown_field"),
        ("heading", "reporting_country", "reporting_country", "unknown_field"),
        ("rows.item", "rows.items", "items", "unknown_field"),
        ("${land} != ''", "${nowhere}", "_when", "unknown_field"),
        ("${code}", "${code} +", "reporting_country", "operand_expected"),
        ('code = "pull', 'land = "pull', "land", "name_twice"),
        ("pulldata(", "system(", "code", "unknown_function"),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, at: str, reason: str) -> None:
    assert old in SMALL
    with pytest.raises(MappingMalformed) as refused:
        load_mapping(SMALL.replace(old, new, 1).encode(), TEMPLATE)
    assert refused.value.facts["reason"] == reason
    if at:
        assert refused.value.facts["at"] == at


def test_a_mapping_beyond_a_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert document_of(SMALL.encode()).template == "simplified_seizure"
    for bound in ("MAX_EXPRESSIONS", "MAX_BYTES"):
        monkeypatch.setattr(mapping, bound, 2)
        with pytest.raises(MappingMalformed, match="too_large"):
            document_of(SMALL.encode())
    with pytest.raises(MappingMalformed, match="not_toml"):
        monkeypatch.undo()
        document_of(b"\xff")
