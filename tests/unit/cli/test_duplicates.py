"""An author is warned before a seizure is sent that the group probably has already."""

from __future__ import annotations

from tests.unit.cli.fakes import Cli, form_item

TITLE = "Operation Tiger"
KNOWN = {"reporting_country": "KE", "national_case_ref": "KE-17", "item": [{"heading": "drugs"}]}
WORDS = ("reporting_country=KE", "national_case_ref=ke 17", "item[0].heading=drugs")


def submit(cli: Cli, *more: str, typed: str = "", as_json: bool = False) -> int:
    options = ("--json",) if as_json else ()
    said = cli(*options, "submit", TITLE, "simplified_seizure", *WORDS, *more, typed=typed)
    assert "No. 4 probably reports the same" in said.err
    return said.code


def test_a_probable_duplicate_is_sent_only_if_its_author_says_so(cli: Cli) -> None:
    cli.client.group.found = [form_item(4, KNOWN)]
    assert submit(cli, typed="n\n") == 1
    assert submit(cli, as_json=True) == 2, "a program cannot be asked"
    assert cli.client.done() == []
    assert submit(cli, typed="y\n") == 0
    assert submit(cli, "--yes") == 0
    assert len(cli.client.done()) == 2


def test_a_correction_is_no_duplicate_of_what_it_corrects(cli: Cli) -> None:
    cli.client.group.found = [form_item(4, KNOWN)]
    said = cli("submit", TITLE, "simplified_seizure", *WORDS, "--replaces", "04" * 16)
    assert (said.code, "probably" in said.err) == (0, False)
