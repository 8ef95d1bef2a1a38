"""One epoch of a group as anybody knows it who reads its handshake messages (RFC 9420 §8.1, §12.4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cencomm.crypto.mls.public.extensions import ExtensionType, check_unique, find
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.key_package import MLS10, suite_of
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.transcript import interim_transcript_hash
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_checks import check_members, check_tree
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.mls.public.welcome import GroupInfo, verify_group_info
from cencomm.crypto.primitives import HASH_BYTES, CipherSuite, sha256
from cencomm.crypto.tls import DecodeError, Reader, Writer

_SNAPSHOT_VERSION = 1


@dataclass(frozen=True)
class PublicGroup(Struct):
    """One epoch of a group. `re_initialised` says that its last commit ended it (§11.2)."""

    suite: CipherSuite
    context: GroupContext
    tree: RatchetTree
    interim_transcript_hash: bytes
    confirmation_tag: bytes
    re_initialised: bool = False

    @property
    def group_id(self) -> bytes:
        return self.context.group_id

    @property
    def epoch(self) -> int:
        return self.context.epoch

    def context_hash(self) -> bytes:
        """SHA-256 of the encoded group context: names this epoch of this group."""
        return sha256(self.context.encode())

    @classmethod
    def of(
        cls, context: GroupContext, tree: RatchetTree, confirmation_tag: bytes, *, re_initialised: bool = False
    ) -> Self:
        """The group in this epoch; the interim transcript hash follows from the rest. Raises `MlsError` V101."""
        interim = interim_transcript_hash(context.confirmed_transcript_hash, confirmation_tag)
        return cls(suite_of(context.cipher_suite), context, tree, interim, confirmation_tag, re_initialised)

    def encode(self) -> bytes:
        """A snapshot, for storage."""
        writer = Writer().u8(_SNAPSHOT_VERSION).raw(self.context.encode()).raw(self.tree.encode())
        return writer.vector(self.confirmation_tag).u8(self.re_initialised).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """A snapshot that we made. Its signatures are not verified again; that tree and context fit together, is.

        Raises:
            DecodeError: malformed bytes.
            MlsError: V101, V202, V204 or V207.
        """
        if reader.u8() != _SNAPSHOT_VERSION:
            raise DecodeError("snapshot_version_unknown")
        context, tree = GroupContext.read(reader), RatchetTree.read(reader)
        confirmation_tag, re_initialised = reader.vector(), reader.u8()
        if re_initialised > 1:
            raise DecodeError("boolean_invalid")
        if tree.tree_hash() != context.tree_hash:
            raise refuse("V202")
        return cls.of(context, tree, confirmation_tag, re_initialised=bool(re_initialised))


def decode_group_info(message: bytes) -> GroupInfo:
    """The GroupInfo in an MLSMessage. Raises `DecodeError`, or `MlsError` V211 for another kind of message."""
    body = decode_message(message).body
    if not isinstance(body, GroupInfo):
        raise refuse("V211")
    return body


def public_group_from_group_info(group_info_message: bytes, *, tree: bytes | None = None) -> PublicGroup:
    """The group that a GroupInfo tells of, after every check that needs no secret (§12.4.3.1).

    Args:
        group_info_message: an MLSMessage.
        tree: the data of the ratchet_tree extension, if it came another way; it is then used instead.

    Raises:
        DecodeError: malformed bytes.
        MlsError: V100, V101, V110-V124, V149 or V200-V211.
    """
    return group_from(decode_group_info(group_info_message), tree=tree)


def group_from(group_info: GroupInfo, *, tree: bytes | None = None) -> PublicGroup:
    """The same for a GroupInfo that is already decoded, for example from a Welcome."""
    context = group_info.group_context
    if context.version != MLS10:
        raise refuse("V100", version=context.version)
    suite_of(context.cipher_suite)
    check_unique(context.extensions)
    check_unique(group_info.extensions)
    if len(group_info.confirmation_tag) != HASH_BYTES:
        raise refuse("V149")
    tree_data = find(group_info.extensions, ExtensionType.RATCHET_TREE) if tree is None else tree
    if tree_data is None:
        raise refuse("V209")
    ratchet_tree = RatchetTree.decode(tree_data)
    check_signer(group_info, ratchet_tree)
    if ratchet_tree.tree_hash() != context.tree_hash:
        raise refuse("V202")
    check_tree(ratchet_tree)
    check_members(ratchet_tree, context)
    return PublicGroup.of(context, ratchet_tree, group_info.confirmation_tag)


def check_signer(group_info: GroupInfo, tree: RatchetTree) -> None:
    """Raises `MlsError` V200 or V201 unless a member of `tree` signed the GroupInfo."""
    signer = tree.leaf(group_info.signer)
    if signer is None:
        raise refuse("V201", leaf_index=group_info.signer)
    verify_group_info(group_info, signer.signature_key)
