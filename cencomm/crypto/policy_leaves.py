"""The rules for the leaves and the roster of a group (P14-P18, P20-P29): asked of every state a commit makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from cencomm.crypto.certificates import (
    CHAIN_EXTENSION,
    CertificateInvalid,
    Chain,
    Trust,
    verify_chain,
    verify_chain_signatures,
)
from cencomm.crypto.group_context import (
    ARCHIVE_EXTENSION,
    CENCOMM_GROUP,
    ArchiveKey,
    CencommGroup,
    GroupContextInvalid,
    Role,
    RosterEntry,
    holds_leaf,
    may_extract,
)
from cencomm.crypto.mls.public.extensions import Capabilities, Extension, find
from cencomm.crypto.mls.public.key_package import MLS10
from cencomm.crypto.mls.public.leaf_node import Credential, CredentialType, LeafNode
from cencomm.crypto.mls.public.public_keys import is_public_key
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.policy_rules import refuse
from cencomm.crypto.primitives import CipherSuite
from cencomm.crypto.revocation import (
    ROOT,
    RevocationInvalid,
    RevocationList,
    RevokedIndex,
    index,
    is_revoked,
    verify_list,
    verify_newer,
)
from cencomm.crypto.tls import DecodeError
from cencomm.ids import DeviceId

MAX_DEVICES = 10
LEAF_CAPABILITIES = Capabilities(
    versions=(MLS10,),
    cipher_suites=(
        CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519,
        CipherSuite.X25519_AES128GCM_SHA256_ED25519,
    ),
    extensions=(CENCOMM_GROUP, CHAIN_EXTENSION, ARCHIVE_EXTENSION),
    credentials=(CredentialType.BASIC,),
)
"""What every leaf says that it supports."""
_CHAINS_REMEMBERED = 8192


def credential_for(chain: Chain) -> Credential:
    """The credential of a leaf with this chain: the device certificate's subject."""
    return Credential(CredentialType.BASIC, chain.device_id.encode())


def leaf_extensions(chain: Chain, archive_key: ArchiveKey | None = None) -> tuple[Extension, ...]:
    """The extensions of a leaf with this chain; with the officer's archive key where he has one to offer."""
    extensions = (Extension(CHAIN_EXTENSION, chain.encode()),)
    return extensions if archive_key is None else (*extensions, Extension(ARCHIVE_EXTENSION, archive_key.encode()))


def archive_key_of(leaf: LeafNode) -> ArchiveKey | None:
    """The archive key that a leaf offers, signed by the officer. Raises DecodeError, GroupContextInvalid, P20."""
    data = find(leaf.extensions, ARCHIVE_EXTENSION)
    if data is None:
        return None
    archive_key, chain = ArchiveKey.decode(data), chain_of(leaf)
    archive_key.verify(chain.officer_id, chain.identity_key)
    return archive_key


@lru_cache(maxsize=_CHAINS_REMEMBERED)
def _decoded(data: bytes) -> Chain:
    return Chain.decode(data)


@lru_cache(maxsize=_CHAINS_REMEMBERED)
def _flaw(data: bytes, trust: Trust) -> str | None:
    """Why a chain proves nothing, apart from the time; a pure question, asked of every leaf at every commit."""
    try:
        verify_chain_signatures(_decoded(data), trust)
    except CertificateInvalid as invalid:
        return str(invalid.facts["reason"])
    return None


def _chain_bytes(leaf: LeafNode) -> bytes:
    data = find(leaf.extensions, CHAIN_EXTENSION)
    if data is None:
        raise refuse("P20", reason="absent")
    return data


def chain_of(leaf: LeafNode) -> Chain:
    """The certificates that a leaf carries, not verified. Raises PolicyRefused P20."""
    try:
        return _decoded(_chain_bytes(leaf))
    except DecodeError:
        raise refuse("P20", reason="malformed") from None


def device_of(leaf: LeafNode) -> DeviceId:
    """The device that a leaf says it is; true of every leaf of a judged group. Raises PolicyRefused P20."""
    return chain_of(leaf).device_id


def devices(tree: RatchetTree) -> frozenset[DeviceId]:
    """All devices in the group."""
    return frozenset([device_of(leaf) for _, leaf in tree.leaves()])


def check_leaves(tree: RatchetTree, group: CencommGroup, trust: Trust) -> None:
    """Every leaf of a group, but for the time: P20, P21, P23-P28. Raises PolicyRefused."""
    roster = {entry.officer_id: entry for entry in group.roster}
    revoked = index(group.revocations)
    chains = [_checked_chain(leaf, trust) for _, leaf in tree.leaves()]
    for chain in chains:
        _check_place(chain, roster.get(chain.officer_id), revoked)
    _check_counts(chains)


def _checked_chain(leaf: LeafNode, trust: Trust) -> Chain:
    chain = chain_of(leaf)
    device_id = chain.device_id
    flaw = _flaw(_chain_bytes(leaf), trust)
    if flaw is not None:
        raise refuse("P20", device_id=device_id, reason=flaw)
    credential = leaf.credential
    if credential.credential_type != CredentialType.BASIC or credential.identity != device_id.encode():
        raise refuse("P21", device_id=device_id, field="credential")
    if leaf.signature_key != chain.device.public_key:
        raise refuse("P21", device_id=device_id, field="signature_key")
    return chain


def _check_place(chain: Chain, entry: RosterEntry | None, revoked: RevokedIndex) -> None:
    device_id = chain.device_id
    if entry is None:
        raise refuse("P23", device_id=device_id)
    if entry.identity_key != chain.identity_key:
        raise refuse("P24", device_id=device_id)
    if not holds_leaf(entry.role):
        raise refuse("P28", device_id=device_id, role=entry.role.value)
    if is_revoked(chain, revoked):
        raise refuse("P25", device_id=device_id)


def _check_counts(chains: Sequence[Chain]) -> None:
    for device_id, leaves in Counter(chain.device_id for chain in chains).items():
        if leaves > 1:
            raise refuse("P27", device_id=device_id)
    for officer_id, count in Counter(chain.officer_id for chain in chains).items():
        if count > MAX_DEVICES:
            raise refuse("P26", officer_id=officer_id, devices=count)


def check_time(leaves: Iterable[LeafNode], trust: Trust, time_ms: int) -> None:
    """Leaves that come or change now: P22, P29. Raises PolicyRefused.

    A leaf that stays as it is may have expired meanwhile: that must not stop the others from committing. It can
    neither commit nor have its records accepted until its certificate is renewed.
    """
    at_s = time_ms // 1000
    for leaf in leaves:
        chain = chain_of(leaf)
        try:
            verify_chain(chain, trust, at_s)
        except CertificateInvalid as invalid:
            raise refuse("P22", device_id=chain.device_id, reason=invalid.facts["reason"]) from None
        lifetime = leaf.lifetime
        if lifetime is not None and not lifetime.not_before_s <= at_s <= lifetime.not_after_s:
            raise refuse("P29", device_id=chain.device_id)


def check_roster(group: CencommGroup) -> None:
    """P15-P18. Raises PolicyRefused."""
    officers = [entry.officer_id for entry in group.roster]
    if officers != sorted(set(officers)):
        raise refuse("P15", field="officer_id")
    if len({entry.identity_key for entry in group.roster}) != len(group.roster):
        raise refuse("P15", field="identity_key")
    if not any(entry.role is Role.ORGANISER for entry in group.roster):
        raise refuse("P16")
    for entry in group.roster:
        _check_archive_key(entry)


def _check_archive_key(entry: RosterEntry) -> None:
    if entry.archive_key is None:
        return
    if not may_extract(entry.role):
        raise refuse("P17", officer_id=entry.officer_id, reason="role")
    if not is_public_key(entry.archive_key.public_key):
        raise refuse("P18", officer_id=entry.officer_id)
    try:
        entry.archive_key.verify(entry.officer_id, entry.identity_key)
    except GroupContextInvalid:
        raise refuse("P17", officer_id=entry.officer_id, reason="signature") from None


def check_revocations(
    before: Sequence[RevocationList],
    after: Sequence[RevocationList],
    trust: Trust,
    chains: Collection[Chain],
) -> None:
    """P14: each issuer's list at most once and in order, signed, newer or the same. Raises PolicyRefused.

    Args:
        chains: of the leaves before and after, verified; an administration's list is checked with the key of an NCP
            certificate among them.
    """
    issuers = [revocations.issuer for revocations in after]
    if issuers != sorted(set(issuers)):
        raise refuse("P14", reason="order")
    known = {revocations.issuer: revocations for revocations in before}
    if not known.keys() <= set(issuers):
        raise refuse("P14", reason="dropped")
    keys = {chain.ncp.public_key: chain.administration for chain in chains}
    for revocations in after:
        older = known.get(revocations.issuer)
        if older == revocations:
            continue
        _check_list(older, revocations, trust, keys)


def _check_list(
    older: RevocationList | None, newer: RevocationList, trust: Trust, ncp_keys: Mapping[bytes, str]
) -> None:
    if newer.issuer == ROOT:
        candidates = [trust.root_public_key]
    else:
        candidates = [key for key, administration in ncp_keys.items() if administration == newer.issuer]
    refusal = refuse("P14", issuer=newer.issuer, reason="issuer_unknown")
    for key in candidates:
        try:
            verify_list(newer, key, trust.deployment_id)
            if older is not None:
                verify_newer(older, newer)
        except RevocationInvalid as invalid:
            refusal = refuse("P14", issuer=newer.issuer, reason=invalid.facts["reason"])
        else:
            return
    raise refusal
