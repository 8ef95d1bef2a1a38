"""Every sentence of the program in English, by key: `error.<code>` for a refusal, `alarm.<code>` for what does not fit.

An error says what happened and what to do next. Facts stand in braces.
"""

from __future__ import annotations

from typing import NamedTuple


class Plural(NamedTuple):
    """A sentence that depends on the fact `count`."""

    one: str
    other: str


MESSAGES: dict[str, str | Plural] = {
    "error.unknown": "Something was refused for a reason that this version does not know ({code}). Update CENcomm.",
    "error.internal": "Something went wrong on our side. Try again; if it stays, tell the secretariat.",
}
