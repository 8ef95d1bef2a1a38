"""The public address: encrypted, answered by this deployment, its certificate good, the proxy in front named, and
WebSockets let through."""

from __future__ import annotations

import base64
import http.client
import ipaddress
import secrets
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import ValidationError

from cencomm.server.doctor.finding import Finding, ok, warning, wrong
from cencomm.settings import Settings
from cencomm.wire.frames import SESSION_PATH, SUBPROTOCOL
from cencomm.wire.http import DeploymentOut

SECONDS = 5.0
MAX_ANSWER = 1 << 20
DAY_S = 24 * 3600
CERTIFICATE_DAYS = 14
EVERYBODY = ("*", "0.0.0.0/0", "::/0")


@dataclass(frozen=True, slots=True)
class Answer:
    """`deployment_id` is empty where something else than CENcomm answered."""

    deployment_id: str
    certificate_ends_s: int | None


def examine_address(settings: Settings, deployment_id: str | None, now_ms: int) -> Iterator[Finding]:
    """Asks the public address from here, as a device would."""
    yield _encrypted(settings)
    yield from _proxy(settings)
    yield from _answer(settings.public_url, deployment_id, now_ms)


def is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _encrypted(settings: Settings) -> Finding:
    if settings.behind_tls:
        return ok("address_encrypted", address=settings.public_url)
    if is_local(settings.public_url):
        return ok("address_local", address=settings.public_url)
    return wrong("address_plain", address=settings.public_url)


def _proxy(settings: Settings) -> Iterator[Finding]:
    """This program speaks no TLS itself: behind https there is a proxy, and it must be named."""
    if any(proxy in EVERYBODY for proxy in settings.trusted_proxies):
        yield wrong("proxy_everybody")
    elif settings.behind_tls and not settings.trusted_proxies:
        yield warning("proxy_unnamed")
    elif settings.trusted_proxies:
        yield ok("proxy_named")


def _answer(url: str, deployment_id: str | None, now_ms: int) -> Iterator[Finding]:
    try:
        answer = ask(url)
    except ssl.SSLCertVerificationError as error:
        yield wrong("certificate_refused", address=url, reason=error.verify_message)
        return
    except (OSError, http.client.HTTPException):
        yield warning("address_silent", address=url)
        return
    if not answer.deployment_id or (deployment_id is not None and answer.deployment_id != deployment_id):
        yield wrong("address_of_another", address=url)
    else:
        yield ok("address_answers", address=url)
        yield _upgrade(url)
    if answer.certificate_ends_s is not None:
        days = (answer.certificate_ends_s - now_ms // 1000) // DAY_S
        yield warning("certificate_ends", days=days) if days < CERTIFICATE_DAYS else ok("certificate_good", days=days)


def _upgrade(url: str) -> Finding:
    """Asks for a WebSocket without a session. The server refuses it as one; where the proxy has taken the upgrade out,
    it is refused as a plain request."""
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": SUBPROTOCOL,
    }
    try:
        with _connected(url) as (connection, path):
            connection.request("GET", f"{path}{SESSION_PATH}", headers=headers)
            answer = connection.getresponse()
            came_through = answer.headers.get("Sec-WebSocket-Version") is not None
    except (OSError, http.client.HTTPException):
        came_through = False
    return ok("upgrade_works", address=url) if came_through else wrong("upgrade_lost", address=url)


def ask(url: str) -> Answer:
    """Raises OSError (certificates included) and HTTPException."""
    with _connected(url) as (connection, path):
        connection.request("GET", f"{path}/v1/deployment")
        ends = _certificate_end(connection)
        answer = connection.getresponse()
        return Answer(_deployment_in(answer.read(MAX_ANSWER)), ends)


@contextmanager
def _connected(url: str) -> Iterator[tuple[http.client.HTTPConnection, str]]:
    """A connection that opens at the first request, and the path under which the deployment lies."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
    try:
        yield connection, parts.path
    finally:
        connection.close()


def _certificate_end(connection: http.client.HTTPConnection) -> int | None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return None
    certificate = connection.sock.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(certificate["notAfter"]))


def _deployment_in(answer: bytes) -> str:
    try:
        return DeploymentOut.model_validate_json(answer).deployment_id.hex()
    except ValidationError:
        return ""
