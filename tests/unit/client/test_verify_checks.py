"""Every finding has a sentence, and facts cannot become part of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cencomm.client import verify_checks
from cencomm.client.verify_checks import CHECKS, NOTICES, failure, notice

SOURCES = [path.read_text() for path in Path(verify_checks.__file__).parent.glob("verify*.py")]


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_is_made_somewhere(check: str) -> None:
    used = re.compile(rf'(_fail|failure)\(\s*"{check}"')
    assert any(used.search(source) for source in SOURCES)


@pytest.mark.parametrize("name", NOTICES)
def test_every_notice_is_given_somewhere(name: str) -> None:
    used = re.compile(rf'(_note|notice)\(\s*"{name}"')
    assert any(used.search(source) for source in SOURCES)


def test_a_finding_says_what_and_where() -> None:
    found = failure("sequence", "no. 5", expected=4)
    assert (found.check, found.where, found.says) == ("sequence", "no. 5", "the log has a gap: no. 4 should stand here")


def test_facts_are_plain_text() -> None:
    assert notice("unopened", "no. 5", reason="{seq} {0} %s").says == "not in the extraction: {seq} {0} %s"
