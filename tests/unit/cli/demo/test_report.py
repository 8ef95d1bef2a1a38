"""What the demonstration prints at its end."""

from __future__ import annotations

import io

from rich.console import Console

from cencomm.cli.demo.comparison import Comparison
from cencomm.cli.demo.play import Outcome
from cencomm.cli.demo.report import last_line, show, totals
from cencomm.cli.demo.wanted import Place
from cencomm.cli.output import Output


def a_comparison() -> Comparison:
    found = Comparison()
    found.sent.update({Place("Kenya", "2011", "Gram"): 3, Place("Brazil", "2012", "Gram"): 1})
    found.extracted.update({Place("Kenya", "2011", "Gram"): 2, Place("Brazil", "2012", "Gram"): 2})
    return found


def test_the_last_line_is_exact() -> None:
    assert last_line(a_comparison()) == "demo: 4 sent, 4 extracted, 2 differ"


def test_numbers_that_cancel_out_in_a_total_still_differ() -> None:
    found = a_comparison()
    assert list(totals(found, lambda place: place.unit)) == [("Gram", 4, 4, 2)]
    assert list(totals(found, lambda place: place.country)) == [("Brazil", 1, 2, 1), ("Kenya", 3, 2, 1)]


def test_checks_and_wrongs_are_said() -> None:
    heard = io.StringIO()
    outcome = Outcome()
    outcome.check(True, "this held")
    outcome.check(False, "that did not")
    show(Output(as_json=False, language="en", console=Console(file=heard, width=80)), outcome, a_comparison())
    said = heard.getvalue()
    assert "ok     this held" in said
    assert "WRONG  that did not" in said
    assert "Brazil" in said
