"""The built browser client, served from memory: files by their path, strict policy, caching by their kind.

A file goes out in the best content coding that the browser takes; each coding has an ETag of its own. Files under
`assets/` carry a hash of their content in their name, so they never change and may be kept for ever; everything else is
asked for again each time and answered with 304 while it is the same.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cencomm.server.content_codings import BROTLI_SUFFIX, IDENTITY, accepted, encoded, is_known
from cencomm.server.errors import MethodNotOffered, NoSuchPage, refusal

_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "media-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types default",
)
"""Nothing inline, nothing from another origin; libsodium needs 'wasm-unsafe-eval', the camera's picture is a stream,
and pictures that members attached are shown from the page's own memory (`blob:`), raster ones only."""

_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}
_FOREVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    caching: str
    etags: Mapping[str, str]
    coded: Mapping[str, bytes] = field(default_factory=dict)


class WebClient:
    """An ASGI application for the files of one build; `/` is its page."""

    def __init__(self, folder: Path) -> None:
        """Read every file below `folder`, the output of `npm run build`.

        Raises:
            FileNotFoundError: there is no `index.html`, so the client was not built.
        """
        self._files = _read(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.answer(Request(scope, receive))(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """The file that the path names; 404 for any other path, 405 for anything but reading."""
        if request.method not in {"GET", "HEAD"}:
            return refusal(MethodNotOffered())
        file = self._files.get(request.url.path)
        if file is None:
            return refusal(NoSuchPage())
        coding = accepted(request.headers.get("accept-encoding", ""), file.coded)
        headers = {**_HEADERS, "Cache-Control": file.caching, "ETag": file.etags[coding]}
        if file.coded:
            headers["Vary"] = "Accept-Encoding"
        if is_known(request.headers.get("if-none-match", ""), file.etags[coding]):
            return Response(status_code=304, headers=headers)
        if coding == IDENTITY:
            return Response(file.content, headers=headers, media_type=file.media_type)
        headers["Content-Encoding"] = coding
        return Response(file.coded[coding], headers=headers, media_type=file.media_type)


def _read(folder: Path) -> Mapping[str, _File]:
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _below(folder)}
    brotli = {name: contents.pop(name + BROTLI_SUFFIX, None) for name in [*contents]}
    files = {f"/{name}": _file(name, content, brotli[name]) for name, content in contents.items()}
    files["/"] = files["/index.html"] if "/index.html" in files else _missing(folder)
    return files


def _below(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _missing(folder: Path) -> _File:
    raise FileNotFoundError(folder / "index.html")


def _file(name: str, content: bytes, brotli: bytes | None) -> _File:
    suffix = Path(name).suffix
    media_type = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    caching = _FOREVER if name.startswith("assets/") else _ASK_AGAIN
    coded = encoded(content, suffix, brotli)
    etags = {coding: _etag(body) for coding, body in {IDENTITY: content, **coded}.items()}
    return _File(content, media_type, caching, etags, coded)


def _etag(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:32]}"'
