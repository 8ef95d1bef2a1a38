"""Official vectors: length headers of vectors (deserialization.json)."""

from __future__ import annotations

import json

from cencomm.crypto.tls import Reader, decode_all, varint
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILE = "deserialization.json"


def test_deserialization(count_vectors: VectorCount) -> None:
    for vector in json.loads(shared_path("mls-vectors", FILE).read_text()):
        header = bytes.fromhex(vector["vlbytes_header"])
        assert decode_all(header, Reader.varint) == vector["length"]
        assert varint(vector["length"]) == header
        count_vectors(FILE)
