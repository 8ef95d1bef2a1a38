"""This device as a member: its names, its leaf and what it pins."""

from __future__ import annotations

from dataclasses import dataclass, field

from cencomm.client.errors import NotCertified
from cencomm.client.model import AccountRow
from cencomm.crypto.certificates import CHAIN_EXTENSION, Chain, Trust
from cencomm.crypto.group_context import ARCHIVE_EXTENSION, CENCOMM_GROUP, ArchiveKey
from cencomm.crypto.mls.public.extensions import Capabilities, Extension
from cencomm.crypto.mls.public.leaf_node import Credential, Lifetime
from cencomm.crypto.mls.secret.key_package import LeafIdentity
from cencomm.crypto.primitives import DEFAULT_SUITE, CipherSuite, Secret
from cencomm.ids import DeviceId, OfficerId, officer_of

_MLS_10 = 1
_BASIC = 1
_CLOCKS_MAY_DIFFER_SECONDS = 3600
_LEAF_LIFETIME_SECONDS = 84 * 24 * 3600
"""A leaf in a key package must not be used after twelve weeks; in a group it is renewed every week of use."""


@dataclass(frozen=True, slots=True)
class Device:
    """What every CUG needs to know of the device that it runs on."""

    device_id: DeviceId
    trust: Trust
    chain: Chain
    signature_seed: Secret = field(repr=False)
    archive_key: ArchiveKey | None

    @property
    def officer_id(self) -> OfficerId:
        return officer_of(self.device_id)

    @property
    def signature_key(self) -> bytes:
        return self.chain.device.public_key

    @property
    def suite(self) -> CipherSuite:
        return DEFAULT_SUITE

    def leaf_identity(self) -> LeafIdentity:
        """The leaf that this device puts into a group or a key package."""
        extensions = [Extension(CHAIN_EXTENSION, self.chain.encode())]
        if self.archive_key is not None:
            extensions.append(Extension(ARCHIVE_EXTENSION, self.archive_key.encode()))
        return LeafIdentity(
            credential=Credential(_BASIC, self.device_id.encode()),
            signature_seed=self.signature_seed,
            signature_key=self.signature_key,
            capabilities=Capabilities(
                versions=(_MLS_10,),
                cipher_suites=tuple([int(suite) for suite in CipherSuite]),
                extensions=(CENCOMM_GROUP, CHAIN_EXTENSION, ARCHIVE_EXTENSION),
                proposals=(),
                credentials=(_BASIC,),
            ),
            extensions=tuple(extensions),
        )

    def lifetime(self, now_ms: int) -> Lifetime:
        now = now_ms // 1000
        return Lifetime(now - _CLOCKS_MAY_DIFFER_SECONDS, now + _LEAF_LIFETIME_SECONDS)


def trust_of(account: AccountRow) -> Trust:
    return Trust(account.deployment_id, account.root_public_key)


def device_of_account(account: AccountRow) -> Device:
    """Raises NotCertified while the chain to the root is not there."""
    if not account.chain:
        raise NotCertified(account=account.account)
    return Device(
        device_id=DeviceId(account.device_id),
        trust=trust_of(account),
        chain=Chain.decode(account.chain),
        signature_seed=Secret(account.device_seed),
        archive_key=ArchiveKey.decode(account.archive_key) if account.archive_key else None,
    )
