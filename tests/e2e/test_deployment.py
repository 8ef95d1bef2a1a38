"""What `deploy/` holds works: the proxies let a WebSocket through to a real server, and systemd takes the units.

A proxy or a tool that this machine has not is skipped, and said so.
"""

from __future__ import annotations

import http.client
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cencomm.server.doctor.address import ask, examine_address
from cencomm.server.doctor.finding import Level
from cencomm.settings import Settings
from tests.postgres import free_port
from tests.shared_data import ROOT
from tests.threaded_server import Stand
from tests.unit.crypto.people import DEPLOYMENT, OTIENO
from tests.unit.server.doctor.test_address import NOW_MS, certificate

DEPLOY = ROOT / "deploy"
SECONDS = 30
PORTS = ("127.0.0.1:8441", "127.0.0.1:8442")


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with Stand(tmp_path_factory.mktemp("deployment"), [OTIENO]) as stand:
        yield stand


def shipped(name: str, stand: Stand) -> str:
    """The proxy's file with this server behind it."""
    text = (DEPLOY / "proxy" / name).read_text()
    for port in PORTS:
        assert port in text
        text = text.replace(port, stand.address.removeprefix("http://"))
    return text


def nginx(text: str, folder: Path, port: int, key: Path) -> list[str]:
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}")
    text = re.sub(r"(ssl_certificate(?:_key)?) .*;", rf"\1 {key};", text)
    (folder / "site.conf").write_text(text)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; pid {folder}/pid; user root; error_log {folder}/log; events {{}}\n"
        f"http {{ {temporary} include {folder}/site.conf; }}\n"
    )
    return ["nginx", "-e", f"{folder}/log", "-p", str(folder), "-c", str(main)]


def caddy(text: str, folder: Path, port: int, key: Path) -> list[str]:
    text = text.replace("cencomm.example.org {", f"https://127.0.0.1:{port} {{\n    tls {key} {key}")
    path = folder / "Caddyfile"
    path.write_text("{\n    admin off\n    auto_https disable_redirects\n}\n" + text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(path)]


def haproxy(text: str, folder: Path, port: int, key: Path) -> list[str]:
    text = text.replace("bind :443", f"bind 127.0.0.1:{port}").replace("/etc/haproxy/cencomm.pem", str(key))
    text = text.replace("maxconn 20000", "maxconn 100")  # a test may not open so many files
    path = folder / "haproxy.cfg"
    path.write_text(text)
    return ["haproxy", "-db", "-f", str(path)]


@pytest.mark.parametrize(("name", "command"), [("nginx.conf", nginx), ("Caddyfile", caddy), ("haproxy.cfg", haproxy)])
def test_the_doctor_finds_nothing_wrong_behind_the_proxy(
    name: str,
    command: Callable[[str, Path, int, Path], list[str]],
    stand: Stand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if shutil.which(command.__name__) is None:
        pytest.skip(f"{command.__name__} is not installed")
    key, port = certificate(tmp_path, 60), free_port()
    monkeypatch.setenv("SSL_CERT_FILE", str(key))
    monkeypatch.setenv("HOME", str(tmp_path))
    url = f"https://127.0.0.1:{port}"
    with subprocess.Popen(command(shipped(name, stand), tmp_path, port, key), stderr=subprocess.DEVNULL) as proxy:
        try:
            wait_for(url)
            settings = Settings.from_environment({"CENCOMM_PUBLIC_URL": url, "CENCOMM_TRUSTED_PROXIES": "127.0.0.1"})
            found = {one.code: one.level for one in examine_address(settings, DEPLOYMENT.hex(), NOW_MS)}
        finally:
            proxy.terminate()
    assert found == dict.fromkeys(
        ["address_encrypted", "proxy_named", "address_answers", "upgrade_works", "certificate_good"], Level.OK
    )


def wait_for(url: str) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if ask(url).deployment_id:
                return
        except (OSError, ssl.SSLError, http.client.HTTPException):
            pass
        assert time.monotonic() < deadline, "the proxy does not answer"
        time.sleep(0.02)


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for path in (DEPLOY / "systemd").iterdir():
        unit = path.read_text().replace("/opt/cencomm/bin/cencomm", "/bin/true")
        (tmp_path / path.name.replace("@", "@8441")).write_text(unit)
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "cencomm" in line]
    assert (complaints, len(units)) == ([], 3)


def test_the_page_names_every_file_that_is_there() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text()
    for path in DEPLOY.rglob("*.*"):
        assert path.name in page or path.with_suffix(".timer").name in page
    for shown in re.findall(r"\(\.\./((?:deploy/|Containerfile)[^)]*)\)", page):
        assert (ROOT / shown).is_file()


def test_the_container_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    stages = (ROOT / "Containerfile").read_text().split("\nFROM ")
    assert len(stages) == 3
    last = stages[-1]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "/healthz" in last
    assert "COPY . " not in last
