"""RFC 9180's own vectors for DHKEM(X25519, HKDF-SHA256), all four modes, both AEADs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cencomm.crypto import hpke
from cencomm.crypto.primitives import CipherSuite
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

X25519_KEM = 0x0020


def _run(vector: dict[str, Any]) -> None:
    def field(name: str) -> bytes:
        return bytes.fromhex(vector.get(name, ""))

    suite = CipherSuite(vector["aead_id"])
    private, public = hpke.derive_key_pair(field("ikmR"))
    assert (private, public) == (field("skRm"), field("pkRm"))
    psk, psk_id, info = field("psk"), field("psk_id"), field("info")
    kem_output, sender = hpke.setup_sender(
        suite, public, info, ikm_e=field("ikmE"), sender_private=field("skSm") or None, psk=psk, psk_id=psk_id
    )
    assert kem_output == field("enc")
    receiver = hpke.setup_receiver(
        suite, kem_output, private, info, sender_public=field("pkSm") or None, psk=psk, psk_id=psk_id
    )
    assert receiver == sender
    assert sender.key == field("key")
    assert sender.base_nonce == field("base_nonce")
    assert sender.exporter_secret == field("exporter_secret")
    for sequence, message in enumerate(vector["encryptions"]):
        aad, plaintext, ciphertext = (bytes.fromhex(message[name]) for name in ("aad", "pt", "ct"))
        assert sender.seal(aad, plaintext, sequence=sequence) == ciphertext
        assert receiver.open(aad, ciphertext, sequence=sequence) == plaintext
    for export in vector["exports"]:
        value = receiver.export(bytes.fromhex(export["exporter_context"]), export["L"])
        assert value == bytes.fromhex(export["exported_value"])


@pytest.mark.parametrize("mode", list(hpke.Mode))
def test_hpke(mode: hpke.Mode, count_vectors: VectorCount) -> None:
    file = "hpke_rfc9180_subset.json"
    for vector in json.loads(shared_path("crypto-vectors", file).read_text()):
        if vector["mode"] != mode:
            continue
        if vector["kem_id"] != X25519_KEM:
            count_vectors(file, f"{mode.name.lower()}, KEM of no suite of ours", outcome="not ours")
            continue
        _run(vector)
        count_vectors(file, f"{mode.name.lower()}, suite {vector['aead_id']}")
