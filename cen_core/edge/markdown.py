"""Markdown of notices as HTML that can do nothing: no HTML of the writer's, no pictures, links to `https` only.

CommonMark with tables, by markdown-it-py. What is no allowed mark stays text, and text is escaped. Headings stand under
the page's own: they never leave a level out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from cen_core.model.notice_content import is_web_address

MAX_NESTING: Final = 20
MAX_LEVEL: Final = 6
_SWITCHED_OFF: Final = ("html_block", "html_inline", "image", "autolink", "reference")
"""`reference` would let a definition far away decide where a link leads."""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}).enable("table")
    parser.disable(list(_SWITCHED_OFF))
    parser.validateLink = is_web_address  # type: ignore[method-assign]  # as its documentation says
    return parser


def rendered(text: str, *, under: int) -> Markup:
    """The text as HTML, its headings below the level `under`."""
    parser = _parser()
    tokens = parser.parse(text)
    _place_headings(tokens, under)
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("class", "list")
        for inner in token.children or ():
            if inner.type == "link_open":
                inner.attrSet("rel", "noopener noreferrer nofollow")
                inner.attrSet("dir", "auto")
    html = parser.renderer.render(tokens, parser.options, {})
    return Markup(html)  # noqa: S704  the parser's own output, which escapes what was written


def _place_headings(tokens: Sequence[Token], under: int) -> None:
    open_levels: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            written = int(token.tag[1:])
            while open_levels and open_levels[-1] >= written:
                open_levels.pop()
            open_levels.append(written)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(under + len(open_levels), MAX_LEVEL)}"
