"""Pre-shared keys; the official vectors run in tests/vectors/test_mls_psk_secret.py."""

from __future__ import annotations

from cencomm.crypto.mls.public.proposals import ExternalPsk, PreSharedKeyId, ResumptionPskRef, ResumptionUsage
from cencomm.crypto.mls.secret.key_schedule import NO_PSK_SECRET
from cencomm.crypto.mls.secret.psk import NO_PSKS, Psks, psk_secret
from cencomm.crypto.primitives import Secret
from tests.unit.crypto.mls.secret.helpers import refused

NONCE = bytes(32)
PSKS = Psks({b"one": Secret(b"1" * 32), b"two": Secret(b"2" * 32)}).with_resumption(b"group", 3, Secret(b"3" * 32))


def _external(name: bytes, nonce: bytes = NONCE) -> PreSharedKeyId:
    return PreSharedKeyId(ExternalPsk(name), nonce)


def _resumption(epoch: int) -> PreSharedKeyId:
    return PreSharedKeyId(ResumptionPskRef(ResumptionUsage.APPLICATION, b"group", epoch), NONCE)


def test_no_keys_give_zeros() -> None:
    assert psk_secret([], NO_PSKS) == NO_PSK_SECRET


def test_order_and_nonce_matter() -> None:
    ids = [_external(b"one"), _external(b"two"), _resumption(3)]
    secrets = {
        psk_secret(ids, PSKS),
        psk_secret(ids[::-1], PSKS),
        psk_secret([_external(b"one", b"n" * 32), *ids[1:]], PSKS),
        psk_secret(ids[:2], PSKS),
    }
    assert len(secrets) == 4


def test_a_key_that_we_do_not_hold_is_refused() -> None:
    with refused("V430"):
        psk_secret([_external(b"three")], PSKS)
    with refused("V430"):
        psk_secret([_resumption(4)], PSKS)


def test_a_short_nonce_is_refused() -> None:
    with refused("V431"):
        psk_secret([_external(b"one", b"short")], PSKS)


def test_a_key_named_twice_is_refused() -> None:
    with refused("V432"):
        psk_secret([_external(b"one"), _external(b"one")], PSKS)


def test_keys_do_not_show_themselves() -> None:
    assert "111" not in repr(PSKS)
    assert "333" not in repr(PSKS)
