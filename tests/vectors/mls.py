"""What the tests of the official MLS vectors share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cencomm.crypto.primitives import CipherSuite
from tests.shared_data import shared_path


def vectors(file: str, suite: CipherSuite) -> Iterator[dict[str, Any]]:
    """The vectors of one file for one suite."""
    for vector in json.loads(shared_path("mls-vectors", file).read_text()):
        if vector["cipher_suite"] == suite:
            yield vector


def data(value: str) -> bytes:
    return bytes.fromhex(value)
