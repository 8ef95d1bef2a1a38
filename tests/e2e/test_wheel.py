"""The built wheel in a clean environment: no development tools, nothing of this checkout, and `cencomm` works."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.shared_data import ROOT

START_SECONDS = 60
PIP = (sys.executable, "-m", "pip", "--python")
"""This environment's pip at work in another one, which then needs none of its own."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a virtual environment that holds the wheel and what it depends on, and nothing else."""
    place = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(place), str(ROOT))
    (wheel,) = place.glob("cencomm-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", str(place / "env"))
    run(*PIP, str(place / "env/bin/python"), "install", "-q", str(wheel))
    return place / "env/bin"


def run(*command: str, **environment: str) -> str:
    """What `command` prints; run away from the checkout so that nothing is imported from it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CENCOMM_", "PYTHON"))}
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=clean | environment, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:
        body: bytes = answer.read()
        return body


def wait_for(url: str, server: subprocess.Popen[bytes]) -> bytes:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended by itself"
        try:
            return fetch(url)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer")


def test_the_command_line_answers_without_development_tools(installed: Path) -> None:
    assert "0.1.0" in run(str(installed / "cencomm"), "--version")
    assert "enrol" in run(str(installed / "cencomm"), "--help")
    packages = json.loads(run(*PIP, str(installed / "python"), "list", "--format", "json"))
    assert not {"pytest", "mypy", "ruff", "hypothesis"} & {package["name"].lower() for package in packages}


def test_postgresql_support_came_with_the_wheel(installed: Path) -> None:
    """Without SQLAlchemy's extra, greenlet is missing and only production fails."""
    run(
        str(installed / "python"),
        "-c",
        "import asyncpg, greenlet; from sqlalchemy.ext.asyncio import create_async_engine",
    )


@pytest.mark.parametrize("language", ["fr", "es", "ru", "ar", "pt"])
def test_the_catalogues_are_in_the_wheel(installed: Path, language: str) -> None:
    code = "import sys; from cencomm.i18n import translate; print(translate('wire.malformed', {}, sys.argv[1]))"
    words = {run(str(installed / "python"), "-c", code, each).strip() for each in ("en", language)}
    assert len(words) == 2


def test_a_deployment_is_set_up_and_served_on_the_embedded_store(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        "HOME": str(tmp_path),
        "CENCOMM_DATA_DIR": str(tmp_path / "data"),
        "CENCOMM_PORT": str(port),
        "CENCOMM_PASSWORD": "a fair wind for Mombasa",
    }
    cencomm = str(installed / "cencomm")
    files = ["--root-key", str(tmp_path / "root.key"), "--sheet", str(tmp_path / "sheet.html")]
    run(cencomm, "init", "--name", "Wheel", "--server-url", address, *files, **environment)
    assert (tmp_path / "root.key").exists()
    assert "cencomm1:" in (tmp_path / "sheet.html").read_text()

    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CENCOMM_", "PYTHON"))}
    server = subprocess.Popen([cencomm, "serve"], cwd=tmp_path, env=clean | environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"{address}/healthz", server)
        document = json.loads(fetch(f"{address}/v1/openapi.json"))
        assert document["openapi"].startswith("3.1")
        page = fetch(address).decode()
        (script,) = re.findall(r'src="(/assets/[^"]+\.js)"', page)
        assert len(fetch(address + script)) > 10_000  # the browser client came with the wheel
    finally:
        server.terminate()
        assert server.wait(timeout=20) is not None
