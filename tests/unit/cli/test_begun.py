"""What is known before anything is typed."""

from __future__ import annotations

from typing import cast

import pytest
import typer

from cencomm.cli.begun import administration, begin, completed, records
from cencomm.client.cug import Cug
from cencomm.templates_forms.model import standard
from tests.unit.cli.fakes import FakeCug, chat_item, form_item

NOW_MS = 1_790_000_000_000
OFFICER = "KE/otieno"


def _cug(group: FakeCug) -> Cug:
    return cast("Cug", group)


def test_who_reports_is_known_where_the_administration_is_a_country() -> None:
    alert, cug = standard("alert"), _cug(FakeCug([]))
    assert completed(cug, alert, {}, OFFICER, NOW_MS)["reporting_country"] == "KE"
    assert completed(cug, alert, {"reporting_country": "TZ"}, OFFICER, NOW_MS)["reporting_country"] == "TZ"
    assert "reporting_country" not in completed(cug, alert, {}, "WCO/rilo", NOW_MS)
    assert administration(OFFICER) == "KE"


def test_numbers_go_on_and_what_was_typed_stays() -> None:
    group = FakeCug([])
    group.found = [form_item(1, {"alert_no": "KE-2026-8", "reporting_country": "KE"}, name="alert")]
    alert = standard("alert")
    assert completed(_cug(group), alert, {}, OFFICER, NOW_MS)["alert_no"] == "KE-2026-9"
    assert completed(_cug(group), alert, {"alert_no": "X1"}, OFFICER, NOW_MS)["alert_no"] == "X1"


def test_records_are_read_to_the_last_page() -> None:
    group = FakeCug([])
    group.found = [*(chat_item(seq % 255 + 1, "x") for seq in range(3)), form_item(250, {})]
    assert [item.seq for item in records(_cug(group))] == [250]


def test_without_references_nothing_is_taken_over_and_an_unknown_one_is_refused() -> None:
    cug = _cug(FakeCug([]))
    assert begin(cug, standard("feedback"), [], OFFICER).answers == {}
    with pytest.raises(typer.BadParameter):
        begin(cug, standard("feedback"), ["01" * 16], OFFICER)
