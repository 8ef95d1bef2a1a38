"""A group's records as what is counted, and the words of what was counted."""

from __future__ import annotations

import pytest

from cencomm.analysis.reported import Dimension, Unit
from cencomm.client.analysis import code_words, is_asked, question_words, reported_of, unit_words, units_of
from cencomm.client.model import FindingRow
from cencomm.templates_forms.model import standard
from tests.unit.cli.fakes import chat_item, form_item

SHORT, LONG = standard("simplified_seizure"), standard("long_seizure")


def test_forms_are_reported_with_their_findings_and_units_and_talk_is_not() -> None:
    findings = (FindingRow("a", "error"), FindingRow("b", "warn"), FindingRow("c", "info"))
    items = [chat_item(1, "hello"), form_item(2, {"direction": "import"}, findings)]
    (record,) = reported_of(items, {SHORT.hash: SHORT})
    assert (record.country, record.errors, record.warnings) == ("KE", 1, 1)
    assert record.answers == {"direction": "import"}
    assert record.units["GRM"] == Unit("KGM", "0.001")
    assert reported_of(items, {})[0].units == {}


def test_the_units_of_a_form_are_those_of_its_list() -> None:
    assert units_of(LONG)["x_cig_carton"] == Unit("x_cig", "200")
    assert units_of(standard("alert")) == {}


@pytest.mark.parametrize(
    ("dimension", "code", "said"),
    [
        (Dimension.COUNTRY, "KE", "Kenya"),
        (Dimension.COUNTRY, "unknown", "Not known"),
        (Dimension.HEADING, "other", "Other"),
        (Dimension.HEADING, "drugs", "Drugs"),
        (Dimension.HEADING, "made_up", "made_up"),
        (Dimension.ROUTE, "BR>NL", "From Brazil to Netherlands"),
        (Dimension.ROUTE, "unknown>NL", "To Netherlands, start not known"),
        (Dimension.ROUTE, "BR>unknown", "From Brazil, end not known"),
        (Dimension.MODE, "1", "Maritime"),
        (Dimension.DAY, "2026-09-01", "2026-09-01"),
    ],
)
def test_codes_have_words(dimension: Dimension, code: str, said: str) -> None:
    assert code_words([SHORT, LONG], dimension, code, "en") == said


def test_units_and_questions_have_words() -> None:
    assert unit_words([SHORT], "KGM", "en") == "kilogram"
    assert unit_words([SHORT], "USD", "en") == "USD"
    assert question_words([LONG], "container.container_no", "en") == LONG.label("container_no", "en")
    assert question_words([SHORT], "imo_number", "en") == "imo_number"
    assert is_asked([LONG], Dimension.CONVEYANCE)
    assert not is_asked([SHORT], Dimension.CONVEYANCE)
    assert is_asked([], Dimension.DAY)
