"""`make demo` on made-up records: what goes in comes out, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.shared_data import ROOT

COUNT = 48
SECONDS = 420


def test_everything_sent_is_extracted(database_url: str) -> None:
    command = [sys.executable, "-m", "cencomm.cli.demo", "--count", str(COUNT), "--seed", "3"]
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
