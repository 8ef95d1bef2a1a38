"""Answers are held against the large lists of this device, as warnings, and only where the list is here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cencomm.refdata.entry import Entry
from cencomm.refdata.references import refers, unknown_codes
from cencomm.refdata.store import Refdata
from cencomm.templates_forms.errors import TemplateMalformed
from cencomm.templates_forms.model import Template, standard
from cencomm.templates_forms.reading import Finding

DOCUMENT = {
    "format": 1,
    "id": "ports",
    "version": 1,
    "labels": {"en": "Ports"},
    "groups": [
        {
            "kind": "group",
            "key": "top",
            "labels": {"en": "Top"},
            "children": [
                {
                    "kind": "field",
                    "key": "port",
                    "type": "identifier",
                    "labels": {"en": "Port"},
                    "reference": "location",
                },
                {
                    "kind": "group",
                    "key": "leg",
                    "labels": {"en": "Leg"},
                    "repeat": {},
                    "children": [
                        {"kind": "field", "key": "by", "type": "text", "labels": {"en": "By"}, "reference": "location"},
                        {
                            "kind": "field",
                            "key": "un",
                            "type": "text",
                            "labels": {"en": "UN"},
                            "reference": "un_number",
                        },
                    ],
                },
            ],
        }
    ],
}
TEMPLATE = Template.decode_unchecked(json.dumps(DOCUMENT).encode())


@pytest.fixture
def refdata(tmp_path: Path) -> Iterator[Refdata]:
    with Refdata.open(tmp_path / "r") as opened:
        opened.replace("location", [Entry("NLRTM", (("", "Rotterdam"),))], source="", edition="", imported="")
        yield opened


def test_an_answer_that_the_list_has_not_gives_a_warning_at_its_place(refdata: Refdata) -> None:
    answers = {"port": "NLRTM", "leg": [{"by": "NLRTM"}, {"by": "NLXXX", "un": "9999"}, 7], "other": 1}
    assert unknown_codes(TEMPLATE, answers, refdata) == [Finding("unknown_reference", "warn", "leg[1].by")]
    assert unknown_codes(TEMPLATE, {"port": ["NLXXX"], "leg": "x"}, refdata) == []


def test_a_template_says_whether_it_refers_to_any_list() -> None:
    assert refers(TEMPLATE)
    assert not refers(standard("simplified_seizure"))


def test_only_text_and_identifiers_can_refer_to_a_list() -> None:
    bad = json.dumps(DOCUMENT).replace('"identifier"', '"int"')
    with pytest.raises(TemplateMalformed, match="reference_and_type"):
        Template.decode_unchecked(bad.encode())
