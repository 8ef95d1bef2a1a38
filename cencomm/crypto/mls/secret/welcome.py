"""Welcome: the secrets of an epoch for those whom its commit added, made and read (RFC 9420 §12.4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cencomm.crypto.labels import decrypt_with_label, encrypt_with_label, expand_with_label
from cencomm.crypto.mls.public.commit import HpkeCiphertext
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.group import PublicGroup, group_from
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.proposals import PreSharedKeyId, ResumptionPskRef, ResumptionUsage
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.tree_math import LeafIndex, common_ancestor, leaf_to_node
from cencomm.crypto.mls.public.welcome import EncryptedGroupSecrets, GroupInfo, Welcome
from cencomm.crypto.mls.secret.group import GroupState, check_confirmation_tag, enter_epoch
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle
from cencomm.crypto.mls.secret.key_schedule import JoinerSecret, PskSecret, derive_epoch, epoch_secret, welcome_secret
from cencomm.crypto.mls.secret.psk import NO_PSKS, Psks, psk_secret
from cencomm.crypto.mls.secret.treekem import PathSecret, PathStep, TreeKeys, ladder
from cencomm.crypto.mls.secret.validation import refuse
from cencomm.crypto.primitives import (
    HASH_BYTES,
    BadPublicKey,
    CipherSuite,
    OpenFailed,
    Random,
    Secret,
    aead_open,
    aead_seal,
    random_bytes,
)
from cencomm.crypto.tls import DecodeError, Reader, Writer

_LABEL = "Welcome"
_FIRST_EPOCH = 1
"""The epoch in which the members of a re-initialised group, or of a branch, join it."""


@dataclass(frozen=True, slots=True)
class GroupSecrets(Struct):
    """What one new member is told; the path secret only if the commit has a path."""

    joiner_secret: JoinerSecret
    path_secret: PathSecret | None
    psks: tuple[PreSharedKeyId, ...]

    def encode(self) -> bytes:
        writer = Writer().vector(self.joiner_secret)
        writer.optional(self.path_secret, lambda secret: Writer().vector(secret).bytes())
        return writer.vector_of(self.psks, PreSharedKeyId.encode).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        joiner_secret = JoinerSecret(_hash_sized(reader))
        path_secret = reader.optional(lambda inner: PathSecret(_hash_sized(inner)))
        return cls(joiner_secret, path_secret, reader.vector_of(PreSharedKeyId.read))


def _hash_sized(reader: Reader) -> bytes:
    value = reader.vector()
    if len(value) != HASH_BYTES:
        raise DecodeError("secret_length")
    return value


def _group_info_key(suite: CipherSuite, joiner: JoinerSecret, psk: PskSecret) -> tuple[Secret, Secret]:
    """(key, nonce) of the encrypted GroupInfo."""
    secret = welcome_secret(joiner, psk)
    key = expand_with_label(secret, "key", b"", suite.aead_key_bytes)
    return key, expand_with_label(secret, "nonce", b"", suite.aead_nonce_bytes)


def make_welcome(
    suite: CipherSuite,
    group_info: GroupInfo,
    joiner: JoinerSecret,
    psk: PskSecret,
    *,
    psk_ids: Sequence[PreSharedKeyId],
    committer: LeafIndex,
    steps: Sequence[PathStep],
    new_members: Sequence[tuple[LeafIndex, KeyPackage]],
    random: Random = random_bytes,
) -> Welcome:
    """The Welcome for `new_members`; `steps` are those of the commit's path, none without a path."""
    key, nonce = _group_info_key(suite, joiner, psk)
    sealed_info = aead_seal(suite, key, nonce, b"", group_info.encode())
    path_secrets = {step.node: step.path_secret for step in steps}
    secrets: list[EncryptedGroupSecrets] = []
    for leaf, key_package in new_members:
        meeting = common_ancestor(leaf_to_node(committer), leaf_to_node(leaf))
        plaintext = GroupSecrets(joiner, path_secrets.get(meeting), tuple(psk_ids)).encode()
        box = encrypt_with_label(suite, key_package.init_key, _LABEL, sealed_info, plaintext, random=random)
        secrets.append(EncryptedGroupSecrets(key_package.reference(), HpkeCiphertext(*box)))
    return Welcome(suite, tuple(secrets), sealed_info)


def join_by_welcome(
    welcome: bytes, bundle: KeyPackageBundle, *, tree: bytes | None = None, psks: Psks = NO_PSKS
) -> GroupState:
    """Our first state in a group to which we were added (§12.4.3.1).

    Args:
        welcome: the MLSMessage.
        bundle: the key package that was used, with its private keys; delete it afterwards.
        tree: the encoded ratchet tree, if the GroupInfo does not carry it.

    Raises:
        MlsError: V433, V470..V477 for the welcome, V430..V432 for its pre-shared keys, V1xx and V2xx for the group.
        DecodeError: bytes that are no MLSMessage, or decrypt to something malformed.
    """
    body = decode_message(welcome).body
    if not isinstance(body, Welcome):
        raise refuse("V477")
    suite = bundle.suite
    if body.cipher_suite != suite:
        raise refuse("V471", cipher_suite=body.cipher_suite)
    secrets = _open_group_secrets(suite, body, bundle)
    psk = psk_secret(secrets.psks, psks)
    group_info = open_group_info(suite, body, secrets.joiner_secret, psk)
    if group_info.group_context.cipher_suite != suite:
        raise refuse("V471", cipher_suite=group_info.group_context.cipher_suite)
    _check_psk_usage(secrets.psks, group_info.group_context.epoch)
    public = group_from(group_info, tree=tree)
    keys = _own_keys(public, bundle, group_info.signer, secrets.path_secret)
    derived = derive_epoch(epoch_secret(secrets.joiner_secret, psk, public.context.encode()))
    check_confirmation_tag(public, derived[0], "V476")
    return enter_epoch(public, keys, derived, bundle.signature_seed)


def _open_group_secrets(suite: CipherSuite, welcome: Welcome, bundle: KeyPackageBundle) -> GroupSecrets:
    reference = bundle.reference
    ours = next((each for each in welcome.secrets if each.new_member == reference), None)
    if ours is None:
        raise refuse("V470")
    box = ours.encrypted_group_secrets
    try:
        plaintext = decrypt_with_label(
            suite, bundle.init_private, _LABEL, welcome.encrypted_group_info, box.kem_output, box.ciphertext
        )
    except (OpenFailed, BadPublicKey):
        raise refuse("V472") from None
    return GroupSecrets.decode(plaintext)


def open_group_info(suite: CipherSuite, welcome: Welcome, joiner: JoinerSecret, psk: PskSecret) -> GroupInfo:
    """Raises `MlsError` V473 if it does not open, `DecodeError` if it is no GroupInfo."""
    key, nonce = _group_info_key(suite, joiner, psk)
    try:
        return GroupInfo.decode(aead_open(suite, key, nonce, b"", welcome.encrypted_group_info))
    except OpenFailed:
        raise refuse("V473") from None


def _check_psk_usage(ids: Sequence[PreSharedKeyId], epoch: int) -> None:
    succession = (ResumptionUsage.REINIT, ResumptionUsage.BRANCH)
    special = [each for each in ids if isinstance(each.key, ResumptionPskRef) and each.key.usage in succession]
    if special and (len(special) > 1 or epoch != _FIRST_EPOCH):
        raise refuse("V433")


def _own_keys(
    public: PublicGroup, bundle: KeyPackageBundle, signer: LeafIndex, path_secret: PathSecret | None
) -> TreeKeys:
    own_leaf = public.tree.find_leaf(bundle.key_package.leaf_node)
    if own_leaf is None:
        raise refuse("V474")
    if path_secret is None:
        return TreeKeys(own_leaf, bundle.encryption_private)
    meeting = common_ancestor(leaf_to_node(signer), leaf_to_node(own_leaf))
    path = public.tree.filtered_direct_path(signer)
    if meeting not in path:
        raise refuse("V475")
    steps, _ = ladder(path[path.index(meeting) :], path_secret)
    if any(public.tree.encryption_key(step.node) != step.public_key for step in steps):
        raise refuse("V475")
    return TreeKeys(own_leaf, bundle.encryption_private, {step.node: step.private_key for step in steps})
