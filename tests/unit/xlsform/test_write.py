"""Templates as XLSForms: pyxform takes them, and they come back the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyxform.xls2json import parse_file_to_json
from pyxform.xls2xform import convert

from cencomm.i18n import LANGUAGES
from cencomm.templates_forms.model import (
    STANDARD,
    Code,
    CodeList,
    Field,
    Group,
    Repeat,
    Rule,
    Table,
    Template,
    standard,
)
from cencomm.xlsform.convert import import_form
from cencomm.xlsform.said import language_said
from cencomm.xlsform.workbook import read_workbook
from cencomm.xlsform.write import export_form
from tests.effort import effort

LANGUAGE_HEADS = [f"label::{language_said(language)}" for language in LANGUAGES]
WHOLE = set(STANDARD) if effort(short=0, full=1) else {"simplified_seizure", "sitrep"}
"""Of these pyxform makes the XML too, of the others it checks the rows: `make soak` has the XML of all."""


@pytest.mark.parametrize("name", STANDARD)
def test_a_standard_template_is_taken_by_pyxform_and_comes_back_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.xlsx"
    export_form(standard(name), path)
    found = import_form(path)
    assert found.template == standard(name)
    assert found.notes == ()
    if name in WHOLE:
        made = convert(xlsform=str(path), validate=False)
        assert made.warnings == []
        assert made.xform.count("<translation lang=") == 6
    else:
        assert len(parse_file_to_json(str(path))["children"]) >= len(standard(name).groups)


def test_words_stand_in_six_languages_each_in_its_column(tmp_path: Path) -> None:
    export_form(standard("alert"), tmp_path / "a.xlsx")
    for sheet in ("survey", "choices"):
        assert [head for head in read_workbook(tmp_path / "a.xlsx")[sheet].header if "label" in head] == LANGUAGE_HEADS


def text(key: str, **more: object) -> Field:
    return Field(key=key, type="text", labels={"en": key}, **more)  # type: ignore[arg-type]


EVERYTHING = Template(
    format=1,
    id="everything",
    version=3,
    labels={"en": "All\u00a0of it", "fr": "Tout"},
    groups=(
        Group(
            key="g",
            labels={"en": "G"},
            relevant="territory('DE') = 'EU'",
            children=(
                text(
                    "a", constraint="imo-number(.)", max_length=9, constraint_messages={"fr": "Non"}, nominal="direct"
                ),
                text("b", max_length=5, required="${a} != ''", reference="ports", cen="coarse"),
                Field(key="n", type="decimal", labels={"en": "N"}, unit_field="u", default="1.5"),
                Field(key="u", type="code", labels={"en": "U"}, code_list="unit", choice_filter="kind = 'm'"),
                Field(key="many", type="codes", labels={"en": "M"}, code_list="own", default="'x y'"),
                Field(key="yes", type="bool", labels={"en": "Y"}, default="true()", hints={"en": "H\nh"}),
                Field(key="at", type="datetime", labels={"en": "At"}, default="now()"),
                Field(key="id", type="identifier", labels={"en": "Id"}, default="once(uuid())"),
                Field(key="long", type="longtext", labels={"en": "L"}, default="'f(x)'"),
            ),
        ),
        Group(
            key="rows",
            labels={"en": "R"},
            repeat=Repeat(min=1, max=7),
            children=(
                text("q", constraint=". != 'z'", max_length=3),
                Group(key="inner", labels={"en": "I"}, repeat=Repeat(min=2, max=2), children=(text("deep"),)),
                Field(key="sum_", type="derived", labels={"en": "S"}, calculation="concat(${q}, ${a})"),
            ),
        ),
    ),
    code_lists=(
        CodeList(key="unit", codes=(Code(key="KGM", labels={"en": "kg"}, attributes={"kind": "m", "note": ""}),)),
        CodeList(key="own", codes=tuple(Code(key=key, labels={"en": key}, attributes={"value": "1"}) for key in "xy")),
        CodeList(key="land", words="cldr_territory", codes=(Code(key="KE"), Code(key="XX", labels={"en": "?"}))),
    ),
    tables=(Table(key="customs_territory", rows={"DE": {"territory": "EU"}, "FR": {"territory": ""}}),),
    rules=(
        Rule(key="R2", level="warn", at="q", expression="string-length(.) > 1", messages={"en": "M"}, needs=("q", "a")),
        Rule(key="R1", level="error", at="rows", expression="any(${rows}, q != '')", messages={"en": "M"}),
        Rule(key="a", level="info", at="a", expression="air-waybill(.)", messages={"en": "M"}),
    ),
)


def test_whatever_a_template_may_have_comes_back_the_same_and_what_others_miss_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    told = export_form(EVERYTHING, path)
    assert import_form(path).template == EVERYTHING
    assert {(note.kind, note.value) for note in told} == {
        ("own_column", "nominal"),
        ("own_column", "cen"),
        ("own_column", "max_length"),
        ("own_column", "reference"),
        ("own_column", "unit"),
        ("own_column", "type"),
        ("own_column", "min"),
        ("own_column", "max"),
        ("only_ours", "imo-number(.)"),
        ("only_ours", "air-waybill(.)"),
        ("needs_table", "customs_territory"),
    }
    assert "<model" in convert(xlsform=str(path), validate=False).xform


def test_what_others_are_told_stands_in_their_columns(tmp_path: Path) -> None:
    export_form(EVERYTHING, tmp_path / "a.xlsx")
    sheet = read_workbook(tmp_path / "a.xlsx")["survey"]
    begun = [cells for _, cells in sheet.rows if not cells[0].startswith("end")]
    rows = {cells[1]: dict(zip(sheet.header, cells, strict=False)) for cells in begun}
    assert rows["b"]["constraint"] == "string-length(.) <= 5"
    assert rows["q"]["constraint"] == "(. != 'z') and string-length(.) <= 3"
    assert rows["R2"]["relevant"] == "${q} != '' and ${a} != '' and not(string-length(${q}) > 1)"
    assert (rows["R2"].get("required", ""), rows["R1"]["required"]) == ("", "yes")
    assert rows["inner"]["repeat_count"] == "2"
    assert "rule_a" in rows


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        export_form(EVERYTHING, tmp_path / "no folder" / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
