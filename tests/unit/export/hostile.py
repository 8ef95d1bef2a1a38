"""Texts that break spreadsheets, and the collection of bad input beside the project."""

from __future__ import annotations

from tests.shared_data import shared_path

HOSTILE = (
    "=1+1",
    '=HYPERLINK("http://example.org","click")',
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "|calc",
    "%0A",
    "＝1+1",
    "'quoted",
    "''",
    "<r>rich</r>",
    "<r><t>x</t></r><si>",
    "_x0041_",
    "a\x00b\x07c\x1f",
    "line\nline\r\nline\rline",
    ' "quotes", commas; semicolons ',
    "\ufffe\uffff",
    "٣ كيلوغرام \u202egnp.exe",
    "😀" * 20_000,
    "x" * 40_000,
    "0012",
    "1e5",
    "2016-02-29",
    "TRUE",
)


def bad_lines() -> list[str]:
    """Every line of every text file of `data/badinput` that is text at all."""
    lines: list[str] = []
    for path in sorted(shared_path("data/badinput").rglob("*")):
        if path.is_file():
            try:
                lines += path.read_text(encoding="utf-8").split("\n")
            except UnicodeDecodeError:
                continue
    return [line for line in lines if line]
