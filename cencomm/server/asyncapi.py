"""The AsyncAPI 3.0 page of the WebSocket session, made from the frames that the server itself uses (`wire.frames`)."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cencomm.server.openapi import API_VERSION
from cencomm.wire.frames import SESSION_PATH, SUBPROTOCOL, ClientFrame, ServerFrame
from cencomm.wire.schema import schemas_of

ASYNCAPI: Final = "3.0.0"
CONTENT_TYPE: Final = "application/vnd.msgpack"
DESCRIPTION: Final = (
    "Each message is one MessagePack array whose first element is its tag. A place with format binary holds bytes; its"
    " lengths count them. Order is promised within one CUG only. Refusals have the codes of the HTTP API."
)
CHANNEL: Final = "session"
CLIENT: Final[tuple[type, ...]] = get_args(ClientFrame)
SERVER: Final[tuple[type, ...]] = get_args(ServerFrame)


async def page(request: Request) -> Response:
    return JSONResponse(document(request.app.state.services.foundation.settings.public_url))


@cache
def document(public_url: str) -> dict[str, Any]:
    """The whole page, for a server at that address. Do not change what it gives."""
    scheme, _, rest = public_url.partition("://")
    host, slash, path = rest.partition("/")
    names = [frame.__name__ for frame in (*CLIENT, *SERVER)]
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "CENcomm",
            "version": API_VERSION,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "here": {
                "host": host,
                "protocol": "wss" if scheme == "https" else "ws",
                **({"pathname": slash + path} if path else {}),
                "security": [{"$ref": "#/components/securitySchemes/session"}],
            }
        },
        "channels": {
            CHANNEL: {
                "address": SESSION_PATH,
                "description": f"Subprotocol {SUBPROTOCOL}; one frame in each binary message.",
                "servers": [{"$ref": "#/servers/here"}],
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            }
        },
        "operations": {
            "toServer": _operation("receive", CLIENT, "What a device sends."),
            "toDevice": _operation("send", SERVER, "What the server sends."),
        },
        "components": {
            "schemas": schemas_of((*CLIENT, *SERVER)),
            "messages": {name: _message(name) for name in names},
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(action: str, sent: tuple[type, ...], says: str) -> dict[str, Any]:
    """`action` is the server's side of it."""
    channel = f"#/channels/{CHANNEL}"
    return {
        "action": action,
        "summary": says,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{frame.__name__}"} for frame in sent],
    }


def _message(name: str) -> dict[str, Any]:
    return {"name": name, "contentType": CONTENT_TYPE, "payload": {"$ref": f"#/components/schemas/{name}"}}
