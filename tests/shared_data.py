"""Finds the reference data that tests use but the project does not ship (vectors, real tables, hostile input)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared_root() -> Path:
    """The folder named by CENCOMM_SHARED, or `../shared` beside the checkout."""
    return Path(os.environ.get("CENCOMM_SHARED") or ROOT.parent / "shared")


def shared_path(*parts: str) -> Path:
    """The path of one shared file; where it is absent the test fails in CI and says elsewhere what did not run."""
    path = shared_root().joinpath(*parts)
    if not path.exists():
        message = f"shared test data absent: {'/'.join(parts)} (set CENCOMM_SHARED)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(f"DID NOT RUN: {message}")
    return path
