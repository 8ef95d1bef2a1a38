"""Cases as related tables, through files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from cen_core.edge.export_tables import Spool
from cen_core.edge.words import Words
from cen_core.model.content import parse
from cen_core.model.results import Found
from tests.cen_core.world import data, line


def test_values_come_back_as_they_were_and_nothing_stays(tmp_path: Path) -> None:
    content = parse(
        data(
            goods=[line(quantity="0.10"), line(quantity=None, unit="", quantity_missing="not_measured")],
            concealment=["false_wall"],
            narrative="12",
            narrative_language="en",
        )
    )
    with Spool(tmp_path) as spool:
        spool.put(Found("a" * 32, "KE", 3, content))
        tables = {table.key: (table, list(table.rows)) for table in spool.tables(Words("fr"))}
    cases, rows = tables["cases"]
    found = dict(zip([column.key for column in cases.columns], rows[0], strict=True))
    assert (found["occurred_on"], found["version"], found["narrative"]) == (date(2024, 3, 1), 3, "12")
    goods, lines = tables["goods"]
    place = [column.key for column in goods.columns].index("quantity")
    assert [row[place] for row in lines] == [Decimal("0.10"), None]
    assert [row[2:] for row in tables["route"][1]] == [
        ["departure", "KE", "KEMBA", 1],
        ["transit", "SG", "", 0],
        ["destination", "VN", "VNHPH", 1],
    ]
    assert tables["codes"][1] == [["a" * 32, "concealment", "false_wall"]]
    assert ("country", "KE", "Kenya") in tables["words"][1]
    assert (goods.parent, goods.keys) == ("cases", ("case_id", "line"))
    assert list(tmp_path.iterdir()) == []
