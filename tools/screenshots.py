"""`python tools/screenshots.py [FOLDER] [FILTER]`: every screen of the browser client as pictures, with an index page.

FILTER is a regular expression on names such as `07-room-ar-dark-360`. Which Chromium is used: see
chromium.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from chromium import GIVEN, NoChromium, chromium

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "build" / "screenshots"


def main() -> int:
    folder, pattern = [*sys.argv[1:], *[str(FOLDER), ""][len(sys.argv) - 1 :]][:2]
    try:
        environment = {**os.environ, GIVEN: str(chromium())}
    except NoChromium as missing:
        print(missing, file=sys.stderr)
        return 1
    npm = [sys.executable, str(HERE / "npm.py")]
    built = subprocess.run([*npm, "run", "--silent", "harness", "--", "--logLevel", "warn"], check=False).returncode
    if built:
        return built
    arguments = [str(Path(folder).resolve()), pattern]
    return subprocess.run(
        [*npm, "run", "--silent", "screenshots", "--", *arguments], env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
