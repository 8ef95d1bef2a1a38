"""The key schedule; the official vectors run in tests/vectors/test_mls_key_schedule.py."""

from __future__ import annotations

from dataclasses import fields

import pytest

from cencomm.crypto.mls.secret import key_schedule as ks
from cencomm.crypto.primitives import BadPublicKey, CipherSuite, random_bytes
from cencomm.crypto.tls import Reader, Writer


def _epoch() -> ks.EpochSecrets:
    return ks.derive_epoch(ks.new_epoch_secret())[0]


class TestSecrets:
    def test_none_shows_itself(self) -> None:
        secrets = _epoch()
        shown = repr(secrets)
        for field in fields(secrets):
            value = getattr(secrets, field.name)
            assert value.hex() not in shown
            assert repr(bytes(value)) not in shown

    def test_each_purpose_has_its_own_type_and_value(self) -> None:
        secrets, encryption = ks.derive_epoch(ks.new_epoch_secret())
        values = [getattr(secrets, field.name) for field in fields(secrets)] + [encryption]
        assert len({type(value) for value in values}) == len(values)
        assert len(set(values)) == len(values)

    def test_are_written_and_read_back(self) -> None:
        secrets, writer = _epoch(), Writer()
        secrets.write(writer)
        reader = Reader(writer.bytes())
        assert ks.EpochSecrets.read(reader) == secrets
        reader.end()


class TestSchedule:
    def test_every_input_changes_the_joiner_secret(self) -> None:
        init, commit = ks.InitSecret(random_bytes(32)), ks.CommitSecret(random_bytes(32))
        base = ks.joiner_secret(init, commit, b"context")
        assert base != ks.joiner_secret(init, ks.NO_COMMIT_SECRET, b"context")
        assert base != ks.joiner_secret(init, commit, b"other")
        assert base != ks.joiner_secret(ks.InitSecret(bytes(32)), commit, b"context")

    def test_the_psk_changes_welcome_and_epoch(self) -> None:
        joiner = ks.JoinerSecret(random_bytes(32))
        psk = ks.PskSecret(random_bytes(32))
        assert ks.welcome_secret(joiner, psk) != ks.welcome_secret(joiner, ks.NO_PSK_SECRET)
        assert ks.epoch_secret(joiner, psk, b"") != ks.epoch_secret(joiner, ks.NO_PSK_SECRET, b"")

    def test_the_confirmation_tag_depends_on_the_transcript(self) -> None:
        key = ks.ConfirmationKey(random_bytes(32))
        assert ks.confirmation_tag(key, b"a" * 32) != ks.confirmation_tag(key, b"b" * 32)


class TestExporter:
    def test_label_context_and_length_separate(self) -> None:
        exporter = _epoch().exporter_secret
        base = ks.export(exporter, "label", b"context", 32)
        assert base != ks.export(exporter, "other", b"context", 32)
        assert base != ks.export(exporter, "label", b"other", 32)
        assert base[:16] != ks.export(exporter, "label", b"context", 16)


@pytest.mark.parametrize("suite", list(CipherSuite))
class TestExternalInit:
    def test_joiner_and_members_derive_the_same_init_secret(self, suite: CipherSuite) -> None:
        secrets = _epoch()
        _, public = ks.external_key_pair(secrets.external_secret)
        kem_output, init = ks.send_external_init(suite, public)
        assert ks.receive_external_init(suite, kem_output, secrets.external_secret) == init
        assert ks.receive_external_init(suite, kem_output, _epoch().external_secret) != init

    def test_a_bad_key_is_refused(self, suite: CipherSuite) -> None:
        with pytest.raises(BadPublicKey):
            ks.send_external_init(suite, bytes(32))
        with pytest.raises(BadPublicKey):
            ks.receive_external_init(suite, b"short", _epoch().external_secret)
