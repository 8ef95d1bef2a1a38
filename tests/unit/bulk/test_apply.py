"""Rows through a mapping: values before answers, lines by condition, and no cell that cannot be read is passed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from cencomm.bulk.apply import Mapped, apply_mapping
from cencomm.bulk.mapping import load_mapping
from cencomm.bulk.tables import SourceRow
from cencomm.templates_forms.model import standard

NOW = datetime(2026, 11, 1, tzinfo=UTC)
RULES = """
format = 1
name = "small"
template = "simplified_seizure"
skip = "${amount} = 0"
[table]
decimal = ","
dates = "dmy"
[columns]
land = "Country"
amount = { header = "Kilos", type = "number" }
day = { header = "Day", type = "date" }
[values]
twice = "${amount} * 2"
[answers]
reporting_country = "pulldata('lands', 'code', 'key', ${land})"
national_case_ref = "concat('A-', ${row})"
sharing_targets = "'group'"
offence_at = "${day}"
persons_arrested = "${row}"
source_text = "${all}"
[[rows.item]]
heading = "'drugs'"
quantity = "${twice}"
[[rows.item]]
_when = "${land} = 'Kenya'"
heading = "'tobacco'"
[words.lands]
Kenya = "KE"
"""


def mapped(rules: str = RULES, **cells: str) -> Mapped:
    mapping = load_mapping(rules.encode(), standard("simplified_seizure"))
    row: Mapping[str, str] = {"Country": "Kenya", "Kilos": "1.234,5", "Day": "05/09/2017", "Other": " as is "} | cells
    (found,) = apply_mapping(mapping, [SourceRow(7, 9, row)], now=NOW)
    return found


def test_columns_become_answers_of_the_fields_types() -> None:
    assert mapped().answers == {
        "reporting_country": "KE",
        "national_case_ref": "A-7",
        "sharing_targets": ["group"],
        "offence_at": "2017-09-05",
        "persons_arrested": 7,
        "source_text": "Country: Kenya\nKilos: 1.234,5\nDay: 05/09/2017\nOther:  as is ",
        "item": [{"heading": "drugs", "quantity": "2469"}, {"heading": "tobacco"}],
    }


def test_a_line_is_there_only_under_its_condition_and_an_empty_answer_not_at_all() -> None:
    answers = mapped(Country="Utopia").answers
    assert answers is not None
    assert "reporting_country" not in answers
    assert [line["heading"] for line in answers["item"]] == ["drugs"]


def test_a_row_is_left_out_where_the_mapping_says_so() -> None:
    found = mapped(Kilos="0")
    assert (found.answers, found.is_wrong) == (None, False)


def test_a_cell_that_cannot_be_read_is_an_error_and_never_a_reason_to_leave_the_row_out() -> None:
    found = mapped(RULES.replace("${amount} = 0", "${amount} = ''"), Kilos="12.5", Day="2017/13/01")
    assert found.answers is not None
    assert (found.is_wrong, found.bad_columns) == (True, ("Kilos", "Day"))


def test_the_rules_of_the_form_judge_the_record() -> None:
    found = mapped()
    assert found.is_wrong
    assert "offence_country" in {finding.path for finding in found.findings if finding.rule == "required"}


def test_an_expression_that_works_too_long_ends_with_a_finding() -> None:
    endless = "concat(" + ", ".join(["${all}"] * 40) + ")"
    rules = RULES.replace(
        'twice = "${amount} * 2"', f'big = "{endless}"\ntwice = "concat({", ".join(["${big}"] * 40)})"'
    )
    found = mapped(rules, Other="x" * 30_000)
    assert [finding.rule for finding in found.findings] == ["too_much_work"]
    assert found.is_wrong
