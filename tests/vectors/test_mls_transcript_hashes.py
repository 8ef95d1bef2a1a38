"""Official vectors: confirmed and interim transcript hashes (transcript-hashes.json)."""

from __future__ import annotations

import json

from cencomm.crypto.mls.public.framing import AuthenticatedContent
from cencomm.crypto.mls.public.transcript import confirmed_transcript_hash, interim_transcript_hash
from cencomm.crypto.primitives import CipherSuite, hmac_sha256
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILE = "transcript-hashes.json"


def test_transcript_hashes(count_vectors: VectorCount) -> None:
    for vector in json.loads(shared_path("mls-vectors", FILE).read_text()):
        group = f"suite {vector['cipher_suite']}"
        if vector["cipher_suite"] not in list(CipherSuite):
            count_vectors(FILE, group, outcome="not ours")
            continue
        authenticated = AuthenticatedContent.decode(bytes.fromhex(vector["authenticated_content"]))
        assert authenticated.encode().hex() == vector["authenticated_content"]
        confirmed = confirmed_transcript_hash(bytes.fromhex(vector["interim_transcript_hash_before"]), authenticated)
        assert confirmed.hex() == vector["confirmed_transcript_hash_after"]
        tag = authenticated.auth.confirmation_tag
        assert tag is not None
        assert tag == hmac_sha256(bytes.fromhex(vector["confirmation_key"]), confirmed)
        assert interim_transcript_hash(confirmed, tag).hex() == vector["interim_transcript_hash_after"]
        count_vectors(FILE, group)
