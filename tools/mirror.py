"""Fails when a module has no test module of the same name, or a test module tests nothing that exists."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS_OF = {"cencomm": ROOT / "tests", "cen_core": ROOT / "tests" / "cen_core"}
"""Each package with its tests: `unit/` mirrors it, `store/` runs its store on real databases."""

ELSEWHERE = {
    "cli/demo/cast.py": "tests/e2e/test_demo.py",
    "cli/demo/checks.py": "tests/e2e/test_demo.py",
    "cli/demo/play.py": "tests/e2e/test_demo.py",
    "cli/demo/report.py": "tests/e2e/test_demo.py",
    "cli/demo/server.py": "tests/e2e/test_demo.py",
    "cli/demo/standing.py": "tests/e2e/test_demo.py",
    "client/device_codes.py": "tests/e2e/test_device_code.py",
    "client/extraction.py": "tests/e2e/test_cli.py",
    "main.py": "tests/e2e/test_operation.py",
}
"""Modules that only make sense whole: the test that runs them instead."""


def tested_elsewhere(package: str, module: Path) -> bool:
    """Whether a test outside `unit/` stands for `module`: named above, or a store module (tested on real databases)."""
    relative = module.relative_to(ROOT / package).as_posix()
    named = ELSEWHERE.get(relative) if package == "cencomm" else None
    if named is not None:
        return (ROOT / named).exists()
    if relative.startswith("store/migrations/"):
        return True
    return relative.startswith("store/") and (TESTS_OF[package] / "store" / f"test_{module.stem}.py").exists()


def modules(package: str) -> list[Path]:
    """Every module with code of its own; a package's `__init__` only re-exports."""
    return sorted(path for path in (ROOT / package).rglob("*.py") if path.name not in {"__init__.py", "__main__.py"})


def partner(package: str, module: Path) -> Path:
    relative = module.relative_to(ROOT / package)
    return TESTS_OF[package] / "unit" / relative.parent / f"test_{relative.name}"


def main() -> int:
    lonely = [
        (package, module)
        for package in TESTS_OF
        for module in modules(package)
        if not partner(package, module).exists() and not tested_elsewhere(package, module)
    ]
    for package, module in lonely:
        print(f"{module.relative_to(ROOT)} has no {partner(package, module).relative_to(ROOT)}")
    return 1 if lonely else 0


if __name__ == "__main__":
    sys.exit(main())
