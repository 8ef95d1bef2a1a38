"""Each finding that the doctor can make has its sentence."""

from __future__ import annotations

import re
from pathlib import Path

from cencomm.i18n.messages import MESSAGES
from cencomm.server import doctor
from cencomm.server.doctor.finding import Level, ok, warning, wrong


def test_a_finding_has_its_level_and_facts() -> None:
    assert [made("code", fact=1).level for made in (ok, warning, wrong)] == [Level.OK, Level.WARNING, Level.WRONG]
    assert wrong("code", fact=1).facts == {"fact": 1}


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    folder = Path(doctor.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    codes = set(re.findall(r'\b(?:ok|warning|wrong)\(\s*"(\w+)"', source))
    prefix = "text.cli.doctor."
    said = {key.removeprefix(prefix) for key in MESSAGES if key.startswith(prefix) and ".level." not in key}
    assert codes == said
