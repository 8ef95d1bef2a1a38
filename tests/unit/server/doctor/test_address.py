"""What is wrong with the public address is made to be wrong, on a real listener, and found."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cencomm.server.doctor.address import examine_address, is_local
from cencomm.server.doctor.finding import Level
from cencomm.settings import Settings
from cencomm.wire.http import DeploymentOut, LimitsOut
from tests.postgres import free_port

NOW = datetime.datetime.now(datetime.UTC)
NOW_MS = int(NOW.timestamp() * 1000)
HERE = DeploymentOut(
    deployment_id=b"d" * 16,
    root_public_key=b"r" * 32,
    name="Test",
    server_time_ms=0,
    kdf_ops_limit=1,
    kdf_memory_bytes=8192,
    limits=LimitsOut(record_bytes=1, handshake_bytes=1, key_packages=1, subscriptions=1),
    file_bytes=100_000_000,
).model_dump_json()


@contextmanager
def listening(answer: str, certificate: Path | None = None, *, upgrades: bool = True) -> Iterator[str]:
    """Something that gives `answer` to everything, over TLS with a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if upgrades and self.headers.get("Upgrade") == "websocket":
                self.send_header("Sec-WebSocket-Version", "13")
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'http' if certificate is None else 'https'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path, days: int) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, ending in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - datetime.timedelta(days=90))
        .not_valid_after(NOW + datetime.timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def codes(url: str, proxies: str = "", deployment_id: str | None = (b"d" * 16).hex()) -> dict[str, Level]:
    settings = Settings.from_environment({"CENCOMM_PUBLIC_URL": url, "CENCOMM_TRUSTED_PROXIES": proxies})
    return {finding.code: finding.level for finding in examine_address(settings, deployment_id, NOW_MS)}


def test_a_server_for_this_machine_only() -> None:
    with listening(HERE) as url:
        assert codes(url) == dict.fromkeys(["address_local", "address_answers", "upgrade_works"], Level.OK)


def test_a_proxy_that_takes_the_upgrade_out() -> None:
    with listening(HERE, upgrades=False) as url:
        assert codes(url)["upgrade_lost"] is Level.WRONG


@pytest.mark.parametrize("answer", ["", "<html>", "{}", "[1]", HERE.replace("ZGRk", "AAAA")])
def test_something_else_answers(answer: str) -> None:
    with listening(answer) as url:
        assert codes(url)["address_of_another"] is Level.WRONG


def test_nobody_answers() -> None:
    assert codes(f"http://127.0.0.1:{free_port()}")["address_silent"] is Level.WARNING


def test_an_address_for_others_that_is_not_encrypted() -> None:
    assert codes("http://cencomm.invalid")["address_plain"] is Level.WRONG


class TestTls:
    def test_a_good_certificate(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = certificate(tmp_path, 60)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with listening(HERE, path) as url:
            assert codes(url, "127.0.0.1") == dict.fromkeys(
                ["address_encrypted", "proxy_named", "address_answers", "upgrade_works", "certificate_good"], Level.OK
            )

    def test_one_that_ends_soon(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = certificate(tmp_path, 3)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with listening(HERE, path) as url:
            assert codes(url)["certificate_ends"] is Level.WARNING

    @pytest.mark.parametrize("days", [60, -1])
    def test_one_that_nobody_trusts_or_that_has_ended(
        self, days: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = certificate(tmp_path, days)
        if days < 0:
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with listening(HERE, path) as url:
            assert codes(url)["certificate_refused"] is Level.WRONG


class TestProxy:
    def test_behind_tls_it_must_be_named(self) -> None:
        assert codes("https://cencomm.invalid")["proxy_unnamed"] is Level.WARNING

    @pytest.mark.parametrize("everybody", ["*", "10.0.0.1,0.0.0.0/0"])
    def test_nobody_trusts_everybody(self, everybody: str) -> None:
        assert codes("https://cencomm.invalid", everybody)["proxy_everybody"] is Level.WRONG


@pytest.mark.parametrize(
    ("url", "local"), [("http://[::1]:1", True), ("http://localhost", True), ("http://10.0.0.1", False)]
)
def test_loopback_is_local(url: str, local: bool) -> None:
    assert is_local(url) is local
