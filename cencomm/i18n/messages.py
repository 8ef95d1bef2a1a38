"""Every sentence in English, by key, as `messages.json` has them: one set for Python, pages and the browser.

    error.<code>     a refusal: what happened and what to do next
    alarm.<code>     something that does not fit
    cen.…            what the pages of the CEN core say
    finding.<rule>   what every form checks
    change.<kind>    what one version of a template changes
    text.…           everything else that Python says
    web.…            everything else that the browser says

Facts stand in braces. Two forms where the fact `count` decides.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import NamedTuple


class Plural(NamedTuple):
    """A sentence that depends on the fact `count`."""

    one: str
    other: str


def _read() -> dict[str, str | Plural]:
    written = json.loads(files("cencomm.i18n").joinpath("messages.json").read_text(encoding="utf-8"))
    return {key: said if isinstance(said, str) else Plural(*said) for key, said in written.items()}


MESSAGES: dict[str, str | Plural] = _read()
