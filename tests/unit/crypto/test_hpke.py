"""HPKE: one message in base mode and the exporter; the RFC's vectors run in tests/vectors/test_hpke.py."""

from __future__ import annotations

import pytest

from cencomm.crypto import hpke
from cencomm.crypto.primitives import BadPublicKey, CipherSuite, OpenFailed, random_bytes

SUITES = list(CipherSuite)


@pytest.mark.parametrize("suite", SUITES)
class TestSeal:
    def test_opens_for_the_holder_of_the_key(self, suite: CipherSuite) -> None:
        private, public = hpke.derive_key_pair(random_bytes(32))
        kem_output, sealed = hpke.seal(suite, public, b"info", b"aad", b"message")
        assert hpke.open(suite, kem_output, private, b"info", b"aad", sealed) == b"message"
        assert hpke.open(suite, kem_output, private, b"info", b"aad", sealed, public_key=public) == b"message"

    def test_is_refused_for_any_other_input(self, suite: CipherSuite) -> None:
        private, public = hpke.derive_key_pair(random_bytes(32))
        stranger, _ = hpke.derive_key_pair(random_bytes(32))
        kem_output, sealed = hpke.seal(suite, public, b"info", b"aad", b"message")
        for key, info, aad, ciphertext in (
            (stranger, b"info", b"aad", sealed),
            (private, b"other", b"aad", sealed),
            (private, b"info", b"other", sealed),
            (private, b"info", b"aad", sealed[:-1]),
        ):
            with pytest.raises(OpenFailed):
                hpke.open(suite, kem_output, key, info, aad, ciphertext)

    def test_same_ikm_gives_the_same_bytes_and_fresh_randomness_others(self, suite: CipherSuite) -> None:
        _, public = hpke.derive_key_pair(random_bytes(32))
        first = hpke.seal(suite, public, b"info", b"", b"message", ikm_e=b"\1" * 32)
        assert first == hpke.seal(suite, public, b"info", b"", b"message", ikm_e=b"\1" * 32)
        assert first != hpke.seal(suite, public, b"info", b"", b"message")

    def test_bad_public_keys_are_refused(self, suite: CipherSuite) -> None:
        for public in (bytes(32), b"", bytes(31)):
            with pytest.raises(BadPublicKey):
                hpke.seal(suite, public, b"", b"", b"message")
        private, _ = hpke.derive_key_pair(random_bytes(32))
        with pytest.raises(BadPublicKey):
            hpke.open(suite, bytes(32), private, b"", b"", bytes(16))

    def test_both_sides_export_the_same_secret(self, suite: CipherSuite) -> None:
        private, public = hpke.derive_key_pair(random_bytes(32))
        kem_output, secret = hpke.setup_export(suite, public, b"", b"context", 48)
        received = hpke.receive_export(suite, kem_output, private, b"", exporter_context=b"context", length=48)
        assert received == secret
        assert len(secret) == 48


class TestModes:
    def test_a_psk_and_its_id_come_together(self) -> None:
        _, public = hpke.derive_key_pair(random_bytes(32))
        for psk, psk_id in ((b"key", b""), (b"", b"id")):
            with pytest.raises(hpke.PskInconsistent):
                hpke.setup_sender(SUITES[0], public, b"", psk=psk, psk_id=psk_id)

    def test_context_hides_its_keys(self) -> None:
        _, public = hpke.derive_key_pair(random_bytes(32))
        _, context = hpke.setup_sender(SUITES[0], public, b"")
        assert repr(context).count("hidden") == 3
