"""The key schedule of one epoch: each secret its own type, none shows itself (RFC 9420 §8).

                  init_secret_[n-1]
                        |
commit_secret --> KDF.Extract
                        |
              ExpandWithLabel(., "joiner", GroupContext_[n], KDF.Nh)
                        |
                   joiner_secret
                        |
psk_secret -----> KDF.Extract --> DeriveSecret(., "welcome")
                        |
              ExpandWithLabel(., "epoch", GroupContext_[n], KDF.Nh)
                        |
                   epoch_secret --> one secret per purpose, and init_secret_[n]
"""

from __future__ import annotations

from dataclasses import dataclass

from cencomm.crypto import hpke
from cencomm.crypto.labels import derive_secret, expand_with_label
from cencomm.crypto.primitives import (
    HASH_BYTES,
    CipherSuite,
    Random,
    Secret,
    hkdf_extract,
    hmac_sha256,
    random_bytes,
    sha256,
)
from cencomm.crypto.tls import Reader, Writer

_EXTERNAL_INIT = b"MLS 1.0 external init secret"


class CommitSecret(Secret):
    __slots__ = ()


class PskSecret(Secret):
    __slots__ = ()


class InitSecret(Secret):
    __slots__ = ()


class JoinerSecret(Secret):
    __slots__ = ()


class WelcomeSecret(Secret):
    __slots__ = ()


class EpochSecret(Secret):
    __slots__ = ()


class SenderDataSecret(Secret):
    __slots__ = ()


class EncryptionSecret(Secret):
    __slots__ = ()


class ExporterSecret(Secret):
    __slots__ = ()


class ExternalSecret(Secret):
    __slots__ = ()


class ConfirmationKey(Secret):
    __slots__ = ()


class MembershipKey(Secret):
    __slots__ = ()


class ResumptionPsk(Secret):
    __slots__ = ()


class EpochAuthenticator(Secret):
    """Members compare it out of band to see that they share an epoch (§8.7)."""

    __slots__ = ()


NO_COMMIT_SECRET = CommitSecret(bytes(HASH_BYTES))
"""Of a commit without a path (§12.4)."""

NO_PSK_SECRET = PskSecret(bytes(HASH_BYTES))
"""Of a commit without pre-shared keys (§8.4)."""


@dataclass(frozen=True, slots=True)
class EpochSecrets:
    """What a member keeps of an epoch, without the encryption secret, whose life the secret tree rules (§9.2)."""

    init_secret: InitSecret
    sender_data_secret: SenderDataSecret
    exporter_secret: ExporterSecret
    external_secret: ExternalSecret
    confirmation_key: ConfirmationKey
    membership_key: MembershipKey
    resumption_psk: ResumptionPsk
    epoch_authenticator: EpochAuthenticator

    def write(self, writer: Writer) -> None:
        for secret in (
            self.init_secret,
            self.sender_data_secret,
            self.exporter_secret,
            self.external_secret,
            self.confirmation_key,
            self.membership_key,
            self.resumption_psk,
            self.epoch_authenticator,
        ):
            writer.raw(secret)

    @classmethod
    def read(cls, reader: Reader) -> EpochSecrets:
        return cls(
            InitSecret(reader.raw(HASH_BYTES)),
            SenderDataSecret(reader.raw(HASH_BYTES)),
            ExporterSecret(reader.raw(HASH_BYTES)),
            ExternalSecret(reader.raw(HASH_BYTES)),
            ConfirmationKey(reader.raw(HASH_BYTES)),
            MembershipKey(reader.raw(HASH_BYTES)),
            ResumptionPsk(reader.raw(HASH_BYTES)),
            EpochAuthenticator(reader.raw(HASH_BYTES)),
        )


def joiner_secret(init_secret: InitSecret, commit_secret: CommitSecret, group_context: bytes) -> JoinerSecret:
    """`group_context` is the encoded GroupContext of the new epoch."""
    extracted = hkdf_extract(init_secret, commit_secret)
    return JoinerSecret(expand_with_label(extracted, "joiner", group_context, HASH_BYTES))


def _member_secret(joiner: JoinerSecret, psk_secret: PskSecret) -> Secret:
    return hkdf_extract(joiner, psk_secret)


def welcome_secret(joiner: JoinerSecret, psk_secret: PskSecret) -> WelcomeSecret:
    return WelcomeSecret(derive_secret(_member_secret(joiner, psk_secret), "welcome"))


def epoch_secret(joiner: JoinerSecret, psk_secret: PskSecret, group_context: bytes) -> EpochSecret:
    member = _member_secret(joiner, psk_secret)
    return EpochSecret(expand_with_label(member, "epoch", group_context, HASH_BYTES))


def new_epoch_secret(random: Random = random_bytes) -> EpochSecret:
    """Epoch 0 of a new group starts from a random epoch secret (§11)."""
    return EpochSecret(random(HASH_BYTES))


def derive_epoch(secret: EpochSecret) -> tuple[EpochSecrets, EncryptionSecret]:
    """All secrets of the epoch; the epoch secret itself is not kept."""
    secrets = EpochSecrets(
        init_secret=InitSecret(derive_secret(secret, "init")),
        sender_data_secret=SenderDataSecret(derive_secret(secret, "sender data")),
        exporter_secret=ExporterSecret(derive_secret(secret, "exporter")),
        external_secret=ExternalSecret(derive_secret(secret, "external")),
        confirmation_key=ConfirmationKey(derive_secret(secret, "confirm")),
        membership_key=MembershipKey(derive_secret(secret, "membership")),
        resumption_psk=ResumptionPsk(derive_secret(secret, "resumption")),
        epoch_authenticator=EpochAuthenticator(derive_secret(secret, "authentication")),
    )
    return secrets, EncryptionSecret(derive_secret(secret, "encryption"))


def confirmation_tag(key: ConfirmationKey, confirmed_transcript_hash: bytes) -> bytes:
    """MAC(confirmation_key, confirmed_transcript_hash) (§8.1)."""
    return hmac_sha256(key, confirmed_transcript_hash)


def export(exporter_secret: ExporterSecret, label: str, context: bytes, length: int) -> Secret:
    """MLS-Exporter (§8.5); `length` in bytes."""
    return expand_with_label(derive_secret(exporter_secret, label), "exported", sha256(context), length)


def external_key_pair(external_secret: ExternalSecret) -> tuple[Secret, bytes]:
    """(external_priv, external_pub) (§8.3)."""
    return hpke.derive_key_pair(external_secret)


def send_external_init(
    suite: CipherSuite, external_pub: bytes, random: Random = random_bytes
) -> tuple[bytes, InitSecret]:
    """(kem_output, init secret) for one who joins by external commit (§8.3)."""
    kem_output, secret = hpke.setup_export(suite, external_pub, b"", _EXTERNAL_INIT, HASH_BYTES, random=random)
    return kem_output, InitSecret(secret)


def receive_external_init(suite: CipherSuite, kem_output: bytes, external_secret: ExternalSecret) -> InitSecret:
    """The same init secret, for the members (§8.3)."""
    private, public = external_key_pair(external_secret)
    secret = hpke.receive_export(
        suite,
        kem_output,
        private,
        b"",
        exporter_context=_EXTERNAL_INIT,
        length=HASH_BYTES,
        public_key=public,
    )
    return InitSecret(secret)
