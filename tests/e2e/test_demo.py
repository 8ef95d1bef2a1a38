"""`make demo` and `make run`: what goes in comes out, on SQLite and on PostgreSQL; a demonstration that stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.effort import effort
from tests.postgres import free_port
from tests.shared_data import ROOT

COMMAND = (sys.executable, "-m", "cencomm.cli.main")
COUNT = effort(90, 500)
COUNTRIES = effort(6, 16)
SECONDS = 420


def test_everything_sent_is_extracted(database_url: str) -> None:
    command = [sys.executable, "-m", "cencomm.cli.demo", "--count", str(COUNT), "--countries", str(COUNTRIES)]
    if database_url.startswith("postgresql"):
        command += ["--database", database_url]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CENCOMM_")}
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    lines = done.stdout.splitlines()
    assert lines[-1] == f"demo: {COUNT} sent, {COUNT} extracted, 0 differ"
    checks = [line for line in lines if line.startswith("ok ")]
    assert len(checks) == 6
    assert not any("WRONG" in line for line in lines)
    assert "Traceback" not in done.stderr


def serving(data: Path, port: int) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CENCOMM_")}
    return subprocess.Popen(
        [*COMMAND, "--json", "serve", "--demo", "--data-dir", str(data), "--port", str(port)],
        cwd=data,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def said_until_served(server: subprocess.Popen[str]) -> list[dict[str, str]]:
    """What the server tells before it serves: the password, the accounts, last its address."""
    assert server.stdout is not None
    said: list[dict[str, str]] = []
    for line in server.stdout:
        said.append(json.loads(line))
        if "address" in said[-1]:
            return said
    raise AssertionError(f"it ended: {said}")


def test_a_standing_demonstration_is_made_once_and_can_be_used(tmp_path: Path) -> None:
    port = free_port()
    told: list[list[dict[str, str]]] = []
    for _ in range(2):
        server = serving(tmp_path, port)
        try:
            told.append(said_until_served(server))
            accounts = {each["account"]: each for each in told[-1] if "account" in each}
            organiser = next(each for name, each in accounts.items() if name.endswith("/organiser"))
            done = subprocess.run(
                [*COMMAND, "--json", "--profile", organiser["profile"], "cugs"],
                env={**os.environ, "CENCOMM_PASSWORD": told[-1][0]["password"]},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            (group,) = [json.loads(line) for line in done.stdout.splitlines()]
            assert (group["operation_code"], group["state"], group["role"]) == ("DEMO", "open", "organiser")
            assert organiser["sheet"].startswith("cencomm1:")
        finally:
            server.terminate()
            server.wait(timeout=20)
            assert server.stdout is not None
            server.stdout.close()
    assert told[0] == told[1]
