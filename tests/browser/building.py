"""The built client: made anew when a source is newer than it, once for all workers of a run."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "web" / "client"
BUILT = CLIENT / "dist" / "index.html"
LOCK = ROOT / "build" / "client.lock"
_SOURCES = (
    CLIENT / "src",
    CLIENT / "making",
    CLIENT / "index.html",
    CLIENT / "package-lock.json",
    CLIENT / "vite.config.ts",
    ROOT / "cencomm" / "i18n",
    ROOT / "cencomm" / "templates_forms" / "standard",
)
_SOURCE_KINDS = frozenset({".ts", ".tsx", ".js", ".json", ".css", ".html", ".svg", ".po", ".webmanifest"})


def built_client() -> Path:
    """The folder that the server serves, as new as its sources. Raises subprocess.CalledProcessError."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not BUILT.exists() or BUILT.stat().st_mtime < max(_changes()):
            npm = [sys.executable, str(ROOT / "tools" / "npm.py")]
            subprocess.run([*npm, "run", "--silent", "build", "--", "--logLevel", "warn"], check=True)
    return BUILT.parent


def _changes() -> Iterator[float]:
    for source in _SOURCES:
        for path in [source, *source.rglob("*")] if source.is_dir() else [source]:
            if path.suffix in _SOURCE_KINDS:
                yield path.stat().st_mtime
