"""Whole forms: the real ones of other projects as pyxform judges them, and what is said of what has no counterpart."""

from __future__ import annotations

from collections import Counter

import pytest

from cencomm.errors import DomainError
from cencomm.i18n import LANGUAGES, translate
from cencomm.templates_forms.errors import TemplateTooLarge
from cencomm.templates_forms.model import Repeat, Template
from cencomm.xlsform.errors import RowRefused
from tests.unit.xlsform.books import Books, real_form, real_forms, text, values, verdicts

REFUSED = {
    "cht_app_death_report_7lang.xlsx": ("name_reserved", 57, "name", "meta"),
    "cht_app_delivery_7lang.xlsx": ("name_reserved", 292, "name", "meta"),
    "cht_app_pregnancy_7lang.xlsx": ("name_reserved", 282, "name", "meta"),
    "cht_app_pregnancy_danger_sign_7lang.xlsx": ("name_reserved", 73, "name", "meta"),
    "cht_app_undo_death_report_7lang.xlsx": ("name_reserved", 39, "name", "meta"),
    "cht_contact_PLACE_TYPE-create_7lang.xlsx": ("type_unknown", 42, "type", "tel"),
    "cht_contact_person-create_7lang.xlsx": ("type_unknown", 36, "type", "tel"),
    "hotosm_buildings_multilang.xls": ("list_missing", 34, "type", "yes_no"),
    "hotosm_health_multilang.xls": ("list_missing", 8, "type", "yes_no"),
    "kpi_transportation.bad_id.xls": ("name_missing", 5, "name", ""),
    "liberia_coverage_village_form.xlsx": ("name_twice", 35, "name", "1"),
    "pyxform_bug_calculate_without_calculation.xls": ("calculation_missing", 34, "calculation", "calculate_test"),
    "pyxform_bug_duplicate_columns.xlsx": ("header_twice", 1, "label", "label"),
    "pyxform_unknown_question_type.xls": ("header_twice", 1, "relevance", "relevance"),
    "terrafirma_C_registrar_parcelas_pt.xlsx": ("name_twice", 129, "name", "bi"),
    "terrafirma_E_perguntas_frequentes_pt.xlsx": ("reference_ambiguous", 2, "instance_name", "data"),
}
"""Every real form that pyxform refuses: why we do, and where. The telephone of two is before the `meta` of pyxform."""


def test_every_real_form_that_pyxform_takes_becomes_a_template_and_every_other_is_refused_with_its_place() -> None:
    taken, refused = set(), {}
    for name in real_forms():
        try:
            template = real_form(name).template
        except RowRefused as error:
            facts = error.facts
            refused[name] = (error.code.partition(".")[2], facts["row"], facts["column"], facts["value"])
        else:
            taken.add(name)
            assert Template.decode(template.encode()) == template
    assert taken == {name for name, is_taken in verdicts().items() if is_taken}
    assert refused == REFUSED
    assert len(taken) + len(refused) == len(real_forms()) == 58


def test_a_refusal_is_a_sentence_in_six_languages_with_sheet_row_and_column() -> None:
    with pytest.raises(RowRefused) as refused:
        real_form("hotosm_health_multilang.xls")
    said = {translate(refused.value.code, refused.value.facts, language) for language in LANGUAGES}
    assert len(said) == 6
    assert all("survey" in one and "8" in one and "type" in one and "yes_no" in one for one in said)


def test_all_languages_of_real_forms_come_with_them() -> None:
    tags = {
        name: {tag for field in real_form(name).template.fields.values() for tag in field.labels}
        for name in ("hotosm_waterpoints_en_fr.xls", "koboloadeR_XLSform_template_en_dari.xlsx")
    }
    assert tags["hotosm_waterpoints_en_fr.xls"] == {"en", "fr"}
    assert {"en", "fa-AF"} <= tags["koboloadeR_XLSform_template_en_dari.xlsx"]
    arabic = real_form("onadata_tutorial_arabic_labels.xlsx").template
    assert any("\u0627" in text for field in arabic.fields.values() for text in field.labels.values())
    assert set(next(iter(arabic.fields.values())).labels) == {"ar", "en"}


def test_of_the_real_forms_few_expressions_are_left_out_and_each_is_named() -> None:
    left: Counter[str] = Counter()
    for name, is_taken in verdicts().items():
        if is_taken:
            notes = real_form(name).notes
            left.update(note.instead for note in notes if note.kind == "expression_left_out")
            assert all(note.row > 0 and note.column and note.value for note in notes if note.kind == "cell_left_out")
            assert all(note.sentence(language) for note in notes[:20] for language in LANGUAGES)
    assert left["too_long"] <= 14
    assert sum(left.values()) - left["too_long"] <= 24, left


def test_repeats_in_repeats_keep_their_order_and_questions() -> None:
    template = real_form("kpi_nested_repeats.xls").template
    repeats = [group.key for group in template.all_groups() if group.repeat is not None]
    assert len(repeats) > 1
    outer = next(group for group in template.all_groups() if group.repeat is not None)
    assert any(child.key == repeats[1] for child in outer.children) or len(repeats) > 2


def test_what_stands_in_no_group_comes_into_one_of_the_forms_title(books: Books) -> None:
    rows = [text("a"), {"type": "begin group", "name": "g", "label": "G"}, text("b"), {"type": "end group"}, text("c")]
    template = books.read(rows, form_title="Title", form_id="My Form", version="7").template
    assert [(group.key, group.labels) for group in template.groups] == [
        ("section", {"en": "Title"}),
        ("g", {"en": "G"}),
        ("section_2", {"en": "Title"}),
    ]
    assert (template.id, template.version, template.labels) == ("my_form", 7, {"en": "Title"})


def test_groups_deeper_than_a_template_has_them_give_their_questions_and_condition_to_the_one_around(
    books: Books,
) -> None:
    rows: list[dict[str, str]] = [text("a")]
    for depth in range(6):
        rows.append({"type": "begin group", "name": f"g{depth}", "label": "G", "relevant": f"${{a}} != '{depth}'"})
    rows += [text("b", relevant="${a} != 'x'"), *[{"type": "end group"}] * 6]
    found = books.read(rows)
    assert [note[2] for note in values(found, "group_dissolved")] == ["g4", "g5"]
    assert found.template.fields["b"].relevant == "(${a} != '4') and ((${a} != '5') and (${a} != 'x'))"


def test_repeats_deeper_than_a_template_has_them_are_refused(books: Books) -> None:
    begin = [{"type": "begin repeat", "name": f"r{depth}", "label": "R"} for depth in range(5)]
    with pytest.raises(TemplateTooLarge, match="depth"):
        books.read([*begin, text("b"), *[{"type": "end repeat"}] * 5])


def test_how_many_rows_is_a_number_or_a_rule(books: Books) -> None:
    rows = [
        {"type": "integer", "name": "n", "label": "N"},
        {"type": "begin repeat", "name": "r", "label": "R", "repeat_count": "3"},
        text("a"),
        {"type": "end repeat"},
        {"type": "begin repeat", "name": "s", "label": "S", "repeat_count": "${n} + 1"},
        text("b"),
        {"type": "end repeat"},
    ]
    template = books.read(rows).template
    assert [group.repeat for group in template.groups[1:]] == [Repeat(min=3, max=3), Repeat()]
    (rule,) = template.rules
    assert (rule.at, rule.expression, set(rule.messages)) == ("s", "count(${s}) = (${n} + 1)", set(LANGUAGES))


def test_what_has_no_counterpart_is_said_cell_by_cell(books: Books) -> None:
    rows = [
        {"type": "note", "name": "n", "label": "Read this"},
        {"type": "start", "name": "start"},
        text("a", appearance="numbers", required_message="must", **{"media::image": "a.png", "body::x": "y"}),
        {"type": "", "hint": "a remark"},
    ]
    found = books.read(rows, form_title="T", style="pages", instance_name="concat(${a}, 'x')")
    assert values(found, "question_left_out") == [(2, "type", "note", "Read this"), (3, "type", "start", "start")]
    left = {(row, column): value for row, column, value, _ in values(found, "cell_left_out")}
    assert left == {
        (4, "appearance"): "numbers",
        (4, "required_message"): "must",
        (4, "media::image"): "a.png",
        (4, "body::x"): "y",
        (5, "hint"): "a remark",
        (2, "style"): "pages",
        (2, "instance_name"): "concat(${a}, 'x')",
    }


def test_the_language_of_words_without_one_is_the_forms_then_the_one_asked_for(books: Books) -> None:
    rows = [{"type": "text", "name": "a", "label": "Nom", "label::English": "Name"}]
    named = books.read(rows, default_language="French (fr)")
    assert named.template.fields["a"].labels == {"en": "Name", "fr": "Nom"}
    assert values(named, "language_assumed") == []
    asked = books.read(rows, language="pt")
    assert asked.template.fields["a"].labels == {"en": "Name", "pt": "Nom"}
    assert ("label", "pt") in {(column, instead) for _, column, _, instead in values(asked, "language_assumed")}


def test_a_valid_form_that_no_template_can_be_is_refused_as_such(books: Books) -> None:
    rows = [text("a", cencomm_nominal="direct", cencomm_cen="full")]
    with pytest.raises(DomainError) as refused:
        books.read(rows)
    assert refused.value.facts["reason"] == "direct_nominal_to_cen"
