"""Names of a form as keys of a template: small letters, figures and underscores, each once in the whole form."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 64
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")


def key_of(name: str) -> str:
    """The key for a name: itself where it can be, else as near as possible."""
    key = re.sub(r"[^a-z0-9_]", "_", name.lower())
    if not key[:1].isascii() or not key[:1].isalpha():
        key = f"q_{key.lstrip('_')}"
    return key[:_LONGEST]


def code_of(name: str) -> str:
    """The code for a choice, likewise."""
    code = name
    if _CODE.fullmatch(code) is None:
        code = re.sub(r"[^A-Za-z0-9_.+-]", "_", name)
        code = code if code[:1].isalnum() else f"c{code}"
    return code[:_LONGEST]


class Taken:
    """Keys that are in use; one that is, gets a number."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys = set(keys)
        self._next: dict[str, int] = {}

    def free(self, key: str) -> str:
        """`key`, or with a number behind; from now on it is in use."""
        found = key
        while found in self._keys:
            number = self._next[key] = self._next.get(key, 1) + 1
            suffix = f"_{number}"
            found = key[: _LONGEST - len(suffix)] + suffix
        self._keys.add(found)
        return found
