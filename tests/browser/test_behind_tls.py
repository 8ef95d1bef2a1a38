"""Behind a TLS proxy, as in service: the session's cookie is Secure, the socket is wss, and it opens without a line."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.async_api import Browser, Playwright

from tests.browser.stage import DESK, Stage
from tests.browser.test_offline import WITHOUT_A_LINE
from tests.tcp_proxy import TcpProxy

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOST = "localhost"


def certificate(folder: Path) -> ssl.SSLContext:
    """For this run only; the browser is told to take it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "proxy.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def behind_tls(
    playwright: Playwright, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Stage, str]]:
    """A stage whose server knows itself by its proxy's address, and that address."""
    folder = tmp_path_factory.mktemp("behind-tls")
    async with TcpProxy([], tls=certificate(folder)) as proxy:
        address = f"https://{HOST}:{proxy.port}"
        made = await Stage.found(playwright, browser, folder, CENCOMM_PUBLIC_URL=address)
        proxy.targets = [("127.0.0.1", made.server.port)]
        try:
            yield made, address
        finally:
            made.server.kill()


async def test_an_officer_signs_in_writes_and_opens_again_without_a_line(
    behind_tls: tuple[Stage, str], tmp_path: Path
) -> None:
    stage, address = behind_tls
    await stage.enrol("KE/otieno")
    async with (
        stage.at_browser(
            "KE/otieno",
            "en",
            DESK,
            profile=tmp_path / "profile",
            arguments=("--ignore-certificate-errors",),
            through=address,
        ) as otieno,
        stage.world.officer("FR/moreau") as moreau,
    ):
        sockets: list[str] = []
        otieno.page.on("websocket", lambda socket: sockets.append(socket.url))
        await otieno.add_device(stage.sheet("KE/otieno", address))
        await otieno.open_new_group("Mole")
        await otieno.admit("Moreau")
        cug = await moreau.wait_for_cug()
        await otieno.write("over TLS")
        await otieno.is_stored("over TLS")
        await cug.send_text("par le serveur")
        await otieno.reads("par le serveur")
        assert sockets and all(url.startswith(address.replace("https", "wss")) for url in sockets)
        (cookie,) = [one for one in await otieno.context.cookies() if one["name"].startswith("__Host-")]
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, True, "Strict", "/")

        otieno.watch.expect(
            *WITHOUT_A_LINE, r"\.woff2: net::ERR_FAILED", r"ERR_FAILED .*\.woff2"
        )  # fonts of the first visit are not kept
        await otieno.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        await otieno.context.set_offline(True)
        await otieno.page.reload()
        await otieno.unlock()
        await otieno.enter("Mole")
        await otieno.reads("over TLS")
