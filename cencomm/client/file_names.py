"""A file's name as its sender says it, made harmless: for screens, and for saving it on this machine."""

from __future__ import annotations

import unicodedata

MAX_NAME = 120
FALLBACK = "file"
_NOT_IN_NAMES = frozenset('<>:"|?*')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories: control characters, direction overrides, line separators, what is no character."""
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)


def safe_name(said: str) -> str:
    """No path, no control or direction character, not hidden, no device of Windows, not too long, never empty."""
    last = said.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        "_" if character in _NOT_IN_NAMES else character
        for character in unicodedata.normalize("NFC", last)
        if unicodedata.category(character) not in _INVISIBLE
    )
    kept = kept.strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if dot and len(ending) < MAX_NAME // 4:
        kept = stem[: MAX_NAME - len(ending) - 1].rstrip(" .") + dot + ending
    else:
        kept = kept[:MAX_NAME].rstrip(" .")
    if kept.partition(".")[0].lower() in _DEVICES:
        kept = f"_{kept}"
    return kept or FALLBACK
