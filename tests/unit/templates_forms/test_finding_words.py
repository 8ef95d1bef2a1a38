from __future__ import annotations

import inspect
import re

from cencomm.templates_forms import reading, validate
from cencomm.templates_forms.finding_words import FINDING_WORDS

LANGUAGES = {"en", "fr", "es", "ru", "ar", "pt"}


def test_every_finding_has_a_sentence_in_six_languages() -> None:
    for rule, words in FINDING_WORDS.items():
        assert set(words) == LANGUAGES, rule
        assert len(set(words.values())) == 6, rule


def test_every_rule_that_the_code_adds_has_words() -> None:
    source = inspect.getsource(reading) + inspect.getsource(validate)
    added = set(re.findall(r'(?:\.add|_refuse|Finding)\(\s*"([a-z_]+)"', source))
    assert len(added) >= 12
    assert added <= set(FINDING_WORDS)
