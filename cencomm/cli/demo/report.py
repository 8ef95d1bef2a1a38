"""The tables that the demonstration prints, and its last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from cencomm.cli.demo.comparison import Comparison
from cencomm.cli.demo.play import Outcome
from cencomm.cli.demo.wanted import Place
from cencomm.cli.output import Output

_BY: tuple[tuple[str, Callable[[Place], str]], ...] = (
    ("Country", lambda place: place.country),
    ("Year", lambda place: place.year),
    ("Unit", lambda place: place.unit),
)


def show(output: Output, outcome: Outcome, compared: Comparison) -> None:
    """Totals, checks and what is wrong; the last line stands alone."""
    for title, key in _BY:
        rows = list(totals(compared, key))
        output.table(
            "",
            (title, "Sent", "Extracted", "Differ"),
            [(name, str(sent), str(came), str(differ) if differ else "") for name, sent, came, differ in rows],
            [
                {title.lower(): name, "sent": sent, "extracted": came, "differ": differ}
                for name, sent, came, differ in rows
            ],
        )
    for check in outcome.checks:
        output.say(f"ok     {check}", {"ok": check})
    for wrong in [*outcome.wrong, *compared.said]:
        output.say(f"WRONG  {wrong}", {"wrong": wrong}, style="bold red")


def last_line(compared: Comparison) -> str:
    return f"demo: {compared.total_sent} sent, {compared.total_extracted} extracted, {compared.differ} differ"


def totals(compared: Comparison, key: Callable[[Place], str]) -> Iterator[tuple[str, int, int, int]]:
    """(name, sent, extracted, how many places' numbers differ by) for each value of `key`, sorted by name."""
    sent: Counter[str] = Counter()
    came: Counter[str] = Counter()
    differ: Counter[str] = Counter()
    for place in compared.sent.keys() | compared.extracted.keys():
        name = key(place)
        sent[name] += compared.sent[place]
        came[name] += compared.extracted[place]
        differ[name] += abs(compared.sent[place] - compared.extracted[place])
    for name in sorted(sent.keys() | came.keys()):
        yield name, sent[name], came[name], differ[name]
