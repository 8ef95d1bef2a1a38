"""What a page of the core may hold: the parser finds nothing in it that could run, load or lead elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser

from cen_core.model.notice_content import is_web_address

_TAGS = frozenset(
    (
        "a",
        "abbr",
        "article",
        "aside",
        "b",
        "bdi",
        "blockquote",
        "body",
        "br",
        "button",
        "code",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "i",
        "input",
        "label",
        "legend",
        "li",
        "link",
        "main",
        "meta",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "path",
        "pre",
        "rect",
        "circle",
        "section",
        "select",
        "span",
        "strong",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "textarea",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    )
)
_ADDRESSES = frozenset({"href", "action", "src", "formaction", "xlink:href", "data", "poster", "srcset"})
_OWN = ("/cen/", "#")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "background"}:
                self.found.append(f"{tag} {name}")
            if name in _ADDRESSES and not (value or "").startswith(_OWN) and not is_web_address(value or ""):
                self.found.append(f"{tag} {name}={value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")


def harms(html: str) -> list[str]:
    """Marks and attributes that no page of ours has."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found
