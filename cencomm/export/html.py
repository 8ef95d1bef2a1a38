"""A page that a browser shows without running or loading anything: what goes in as text comes out as text.

Every text is escaped, isolated in its own direction (`bdi`), and control characters stand as their pictures, so that
none of them moves or hides what follows. The page's policy lets nothing run: its style is named by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from pathlib import Path

from cencomm.export.whole_file import whole_file
from cencomm.i18n import is_right_to_left

_PICTURES = {code: chr(0x2400 + code) for code in range(32) if code not in {9, 10}} | {
    0x7F: "\u2421",
    **{code: f"\\u{code:04x}" for code in (*range(0x80, 0xA0), 0x200E, 0x200F, 0x061C, 0xFFFE, 0xFFFF)},
    **{code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))},
}
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 "Noto Sans", "Noto Sans Arabic", system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-block: 2rem 0.5rem; }
dl { display: grid; grid-template-columns: minmax(8rem, 18rem) 1fr; gap: 0.15rem 1rem; margin: 0; }
dt { color: GrayText; } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
article { border-block-start: 1px solid GrayText; padding-block: 0.6rem; break-inside: avoid; }
article > header { color: GrayText; font-size: 0.875rem; }
article p { margin-block: 0.25rem; overflow-wrap: anywhere; white-space: pre-wrap; }
.failing { border-inline-start: 0.3rem solid #b3261e; padding-inline-start: 0.6rem; }
.superseded { opacity: 0.65; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dt { margin-block-start: 0.3rem; } }
@media print { body { max-width: none; font-size: 10pt; } article { page-break-inside: avoid; } }
"""


def text(value: str) -> str:
    """A text of somebody else's, as it goes into a page."""
    return f'<bdi dir="auto">{plain(value)}</bdi>'


def plain(value: str) -> str:
    """A text of our own, or one inside an element with a direction: escaped, without control characters."""
    return html.escape(value.translate(_PICTURES).encode("utf-8", "replace").decode())


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and what they stand for; nothing for none."""
    lines = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in pairs)
    return f"<dl>{lines}</dl>" if lines else ""


def page_head(title: str, language: str) -> str:
    """Everything up to the body."""
    direction = "rtl" if is_right_to_left(language) else "ltr"
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html>\n<html lang="{plain(language)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{plain(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{plain(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
    )


def write_html(path: Path, pieces: Iterable[str]) -> None:
    """Write a page piece by piece, whole or not at all."""
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)
