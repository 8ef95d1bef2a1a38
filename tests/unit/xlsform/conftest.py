"""The fixture `books`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.xlsform.books import Books


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path)
