"""The templates and styles of the pages, found in a checkout and in a wheel alike, and read once.

The design tokens are the browser client's own file. Its typefaces come from the built client, where there is one; where
there is none, or on a line too slow for them, the reader's own are used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE: Final = Path(__file__).resolve().parent.parent
_CHECKOUT: Final = _HERE.parent / "web"
_FACE: Final = re.compile(r"@font-face \{[^}]*?url\(\"[^\"]*/([\w-]+)\.woff2\"\)[^}]*\}", re.DOTALL)
_STYLES: Final = ("cen.css", "notices.css", "pictures.css")
_ADDRESS: Final = re.compile(r"url\(\"[^\"]*\"\)")


def folder() -> Path:
    """Where templates and styles lie: in a wheel beside the package, else in the checkout."""
    packed = _HERE / "web_pages"
    return packed if packed.is_dir() else _CHECKOUT / "pages"


def tokens_file() -> Path:
    packed = _HERE / "web_pages" / "styles" / "tokens.css"
    return packed if packed.is_file() else _CHECKOUT / "client" / "src" / "styles" / "tokens.css"


@cache
def places() -> Mapping[str, tuple[Decimal, Decimal]]:
    """Longitude and latitude of the middle of each country, as the browser client has them (`tools/places.py`)."""
    packed = _HERE / "web_pages" / "places.json"
    path = packed if packed.is_file() else _CHECKOUT / "client" / "src" / "analysis" / "places.json"
    found = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    return {country: (longitude, latitude) for country, (longitude, latitude) in found.items()}


def style(client_dir: Path | None) -> bytes:
    """Tokens and the pages' own rules as one file."""
    tokens = _FACE.sub(lambda face: _served(face, client_dir), tokens_file().read_text(encoding="utf-8"))
    own = [(folder() / "styles" / name).read_text(encoding="utf-8") for name in _STYLES]
    return "\n".join((tokens, *own)).encode()


def _served(face: re.Match[str], client_dir: Path | None) -> str:
    """The typeface at its address in the built client; nothing where that has none."""
    found = sorted((client_dir / "assets").glob(f"{face[1]}-*.woff2")) if client_dir is not None else []
    return _ADDRESS.sub(f'url("/assets/{found[0].name}")', face[0]) if found else ""


class Pages:
    def __init__(self, client_dir: Path | None = None) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder() / "cen"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.statics: Mapping[str, tuple[bytes, str]] = {
            "cen.css": (style(client_dir), "text/css; charset=utf-8"),
            "icon.svg": ((folder() / "styles" / "icon.svg").read_bytes(), "image/svg+xml"),
        }
        """By name: content and media type."""

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        return self._environment.get_template(name).render(values)
