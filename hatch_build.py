"""The wheel carries the built browser client, so that a server installed from it needs no Node (DESIGN §8), and the
pages of the CEN core.

An editable install is left alone: a checkout serves what `make client` built.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is hatchling's own
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "web" / "client" / "node_modules").exists():
            _npm(root, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        built = root / "build" / "wheel-client"  # apart from what a server of this checkout serves meanwhile
        _npm(root, "run", "--silent", "build", "--", "--outDir", str(built), "--emptyOutDir", "--logLevel", "warn")
        build_data["force_include"] |= {
            str(built): "cencomm/web_client",
            str(root / "web" / "pages"): "cen_core/web_pages",
            str(root / "web" / "client" / "src" / "styles" / "tokens.css"): "cen_core/web_pages/styles/tokens.css",
            str(root / "web" / "client" / "src" / "analysis" / "places.json"): "cen_core/web_pages/places.json",
        }


def _npm(root: Path, *arguments: str) -> None:
    """Raises CalledProcessError, which ends the build with what npm printed."""
    subprocess.run([sys.executable, str(root / "tools" / "npm.py"), *arguments], check=True)  # noqa: S603
