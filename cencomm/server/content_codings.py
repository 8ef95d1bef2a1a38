"""Content codings of files that never change while the server runs (RFC 9110 §8.4, §12.5.3).

Brotli comes from the build, as `name.br` beside `name`; gzip is made here, once. A coding that saves nothing is not
offered.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Final

CODINGS: Final = ("br", "gzip")
"""Best first."""
IDENTITY: Final = "identity"
BROTLI_SUFFIX: Final = ".br"
_PACKED_ALREADY: Final = frozenset({".woff2", ".png", ".jpg", ".webp"})


def encoded(content: bytes, suffix: str, brotli: bytes | None) -> Mapping[str, bytes]:
    """`content` in every coding that makes it shorter."""
    if suffix in _PACKED_ALREADY:
        return {}
    made = {"br": brotli, "gzip": gzip.compress(content, 9, mtime=0)}
    return {name: body for name, body in made.items() if body is not None and len(body) < len(content)}


def accepted(header: str, offered: Mapping[str, bytes]) -> str:
    """The best of `offered` that `Accept-Encoding` allows, or `identity`."""
    weights = dict(_weight(part) for part in header.split(",") if part.strip())
    otherwise = weights.get("*", 0.0)
    return next((name for name in CODINGS if name in offered and weights.get(name, otherwise) > 0), IDENTITY)


def _weight(part: str) -> tuple[str, float]:
    name, _, parameter = part.partition(";")
    key, _, value = parameter.strip().partition("=")
    if key.strip().lower() != "q":
        return name.strip().lower(), 1.0
    try:
        return name.strip().lower(), float(value)
    except ValueError:
        return name.strip().lower(), 0.0


def is_known(header: str, etag: str) -> bool:
    """Whether `If-None-Match` names `etag`; a cache on the way may have made it weak (RFC 9110 §13.1.2)."""
    return any(tag.strip() == "*" or tag.strip().removeprefix("W/") == etag for tag in header.split(","))
