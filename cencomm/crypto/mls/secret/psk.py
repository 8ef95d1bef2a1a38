"""Pre-shared keys: external ones and those of earlier epochs, folded into one secret (RFC 9420 §8.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cencomm.crypto.labels import expand_with_label
from cencomm.crypto.mls.public.proposals import ExternalPsk, PreSharedKeyId
from cencomm.crypto.mls.secret.key_schedule import NO_PSK_SECRET, PskSecret
from cencomm.crypto.mls.secret.validation import refuse
from cencomm.crypto.primitives import HASH_BYTES, Secret, hkdf_extract

_NO_SALT = bytes(HASH_BYTES)


@dataclass(frozen=True, slots=True)
class Psks:
    """The pre-shared keys that the caller holds: external by id, resumption by group id and epoch."""

    external: Mapping[bytes, Secret] = field(default_factory=dict)
    resumption: Mapping[tuple[bytes, int], Secret] = field(default_factory=dict)

    def find(self, psk_id: PreSharedKeyId) -> Secret:
        """Raises `MlsError` V430 if we do not hold it."""
        key = psk_id.key
        if isinstance(key, ExternalPsk):
            found = self.external.get(key.psk_id)
        else:
            found = self.resumption.get((key.group_id, key.epoch))
        if found is None:
            raise refuse("V430")
        return found

    def with_resumption(self, group_id: bytes, epoch: int, psk: Secret) -> Psks:
        return Psks(self.external, {**self.resumption, (group_id, epoch): psk})


NO_PSKS = Psks()


def fold(keys: Sequence[tuple[bytes, bytes]]) -> PskSecret:
    """psk_secret of (encoded PreSharedKeyID, key) pairs, in their order (§8.4)."""
    secret: Secret = NO_PSK_SECRET
    for index, (psk_id, psk) in enumerate(keys):
        label = psk_id + index.to_bytes(2, "big") + len(keys).to_bytes(2, "big")
        folded = expand_with_label(hkdf_extract(_NO_SALT, psk), "derived psk", label, HASH_BYTES)
        secret = hkdf_extract(folded, secret)
    return PskSecret(secret)


def psk_secret(ids: Sequence[PreSharedKeyId], psks: Psks) -> PskSecret:
    """The psk_secret of a commit or welcome.

    Raises:
        MlsError: a nonce of the wrong length (V431), a key named twice (V432) or one that we do not hold (V430).
    """
    encoded = [psk_id.encode() for psk_id in ids]
    if any(len(psk_id.nonce) != HASH_BYTES for psk_id in ids):
        raise refuse("V431")
    if len(set(encoded)) != len(encoded):
        raise refuse("V432")
    return fold([(name, psks.find(psk_id)) for name, psk_id in zip(encoded, ids, strict=True)])
