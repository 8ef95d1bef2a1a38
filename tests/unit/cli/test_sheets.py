"""The sheet to print: readable in groups, typed back with any spaces, inert with hostile names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cencomm.cli.output import Output
from cencomm.cli.sheets import from_groups, hand_out, in_groups, page
from cencomm.crypto.enrolment import Sheet, parse_sheet
from cencomm.crypto.primitives import Secret

SHEET = Sheet(
    server_url="https://cencomm.example",
    deployment_id=bytes(16),
    root_public_key=bytes(range(32)),
    account="KE/otieno",
    display_name="<script>alert(1)</script> & Söhne",
    invitation_code="abc",
    secret_r=Secret(bytes(range(32))),
)


def test_the_printed_groups_are_the_sheet() -> None:
    assert parse_sheet(from_groups(in_groups(SHEET.text()))) == SHEET
    assert parse_sheet(from_groups(in_groups(SHEET.text()).replace(" ", " \t ").replace("\n", "\r\n"))) == SHEET


def test_the_page_shows_a_name_and_runs_nothing() -> None:
    made = page(SHEET, "en")
    assert "<script" not in made
    assert "&lt;script&gt;" in made
    assert in_groups(SHEET.text()) in made


def test_handing_out_prints_the_text_and_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_out(Output(as_json=True, language="en"), SHEET, tmp_path / "sheet.html")
    said = json.loads(capsys.readouterr().out)
    assert parse_sheet(said["sheet"]) == SHEET
    assert (tmp_path / "sheet.html").read_text() == page(SHEET, "en")


def test_the_page_is_in_the_readers_language_and_direction(tmp_path: Path) -> None:
    assert '<html lang="fr" dir="ltr">' in page(SHEET, "fr")
    hand_out(Output(as_json=True, language="ar"), SHEET, tmp_path / "sheet.html")
    made = (tmp_path / "sheet.html").read_text()
    assert '<html lang="ar" dir="rtl">' in made
    assert f'<pre dir="ltr">{in_groups(SHEET.text())}' in made, "what is typed reads from the left"
    assert '<code dir="ltr">cencomm enrol</code>' in made
