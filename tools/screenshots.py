"""Every screen of the browser client as pictures, with an index page. Which Chromium is used: see chromium.py."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from chromium import GIVEN, NoChromium, chromium

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "build" / "screenshots"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("filter", nargs="?", default="", help="a regular expression: 07-room-ar-dark-360 is a name")
    given = parser.parse_args()
    try:
        environment = {**os.environ, GIVEN: str(chromium())}
    except NoChromium as missing:
        print(missing, file=sys.stderr)
        return 1
    npm = [sys.executable, str(HERE / "npm.py")]
    built = subprocess.run([*npm, "run", "--silent", "harness", "--", "--logLevel", "warn"], check=False).returncode
    if built:
        return built
    arguments = [str(given.folder.resolve()), given.filter]
    return subprocess.run(
        [*npm, "run", "--silent", "screenshots", "--", *arguments], env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
