"""Whose key a handshake message must be signed with, and what each kind of sender may say (RFC 9420 §6.1, §12.1.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cencomm.crypto.mls.public.commit import Commit
from cencomm.crypto.mls.public.extensions import ExtensionType, find
from cencomm.crypto.mls.public.framing import (
    AuthenticatedContent,
    ContentType,
    FramedContent,
    SenderType,
    WireFormat,
    verify_signature,
)
from cencomm.crypto.mls.public.leaf_node import Credential
from cencomm.crypto.mls.public.proposals import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
)
from cencomm.crypto.mls.public.public_group import PublicGroup
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.validation import WrongEpoch, refuse
from cencomm.crypto.tls import Reader, Writer, decode_all

_MAX_EXTERNAL_SENDERS = 256

_MAY_PROPOSE: dict[SenderType, tuple[type, ...]] = {
    SenderType.MEMBER: (Add, Update, Remove, PreSharedKey, ReInit, ExternalInit, GroupContextExtensions),
    SenderType.EXTERNAL: (Add, Remove, PreSharedKey, ReInit, GroupContextExtensions),
    SenderType.NEW_MEMBER_PROPOSAL: (Add,),
    SenderType.NEW_MEMBER_COMMIT: (),
}


@dataclass(frozen=True, slots=True)
class ExternalSender(Struct):
    """One who may propose without being a member (§12.1.8.1)."""

    signature_key: bytes
    credential: Credential

    def encode(self) -> bytes:
        return Writer().vector(self.signature_key).raw(self.credential.encode()).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.vector(), Credential.read(reader))


def decode_external_senders(data: bytes) -> tuple[ExternalSender, ...]:
    """The data of the external_senders extension. Raises `DecodeError`."""
    return decode_all(data, lambda reader: reader.vector_of(ExternalSender.read, _MAX_EXTERNAL_SENDERS))


def check_addressed(group: PublicGroup, content: FramedContent) -> None:
    """Raises `MlsError` V145, or `WrongEpoch`, unless the content is for this epoch of this group."""
    if content.group_id != group.group_id:
        raise refuse("V145")
    if content.epoch != group.epoch:
        raise WrongEpoch(sent=content.epoch, current=group.epoch)


def check_sender_may(content: FramedContent) -> None:
    """Raises `MlsError` V141 if this kind of sender may not say this."""
    kind = content.sender.sender_type
    if content.content_type is ContentType.COMMIT:
        allowed = kind in (SenderType.MEMBER, SenderType.NEW_MEMBER_COMMIT)
    elif content.content_type is ContentType.PROPOSAL:
        allowed = isinstance(content.content, _MAY_PROPOSE[kind])
    else:
        allowed = kind is SenderType.MEMBER
    if not allowed:
        raise refuse("V141", sender_type=int(kind), content_type=int(content.content_type))


def sender_key(group: PublicGroup, content: FramedContent) -> bytes:
    """The public key that the sender must sign with.

    Raises:
        MlsError: V144 no member there, V147 no such external sender, V324 an external commit without a path.
        DecodeError: the group's list of external senders is malformed.
    """
    sender = content.sender
    if sender.sender_type is SenderType.MEMBER:
        leaf = None if sender.leaf_index is None else group.tree.leaf(sender.leaf_index)
        if leaf is None:
            raise refuse("V144", leaf_index=sender.leaf_index)
        return leaf.signature_key
    if sender.sender_type is SenderType.EXTERNAL:
        data = find(group.context.extensions, ExtensionType.EXTERNAL_SENDERS)
        listed = () if data is None else decode_external_senders(data)
        if sender.sender_index is None or sender.sender_index >= len(listed):
            raise refuse("V147", sender_index=sender.sender_index)
        return listed[sender.sender_index].signature_key
    if isinstance(content.content, Add):
        return content.content.key_package.leaf_node.signature_key
    if not isinstance(content.content, Commit) or content.content.path is None:
        raise refuse("V324")
    return content.content.path.leaf_node.signature_key


def check_authentic(group: PublicGroup, authenticated: AuthenticatedContent) -> None:
    """That a message of the group's epoch comes from its sender, who may say such a thing.

    Raises:
        MlsError: V140-V142, V144-V147 (V146 as `WrongEpoch`) or V324.
        DecodeError: the group's list of external senders is malformed.
    """
    content = authenticated.content
    check_addressed(group, content)
    if content.content_type is ContentType.APPLICATION and authenticated.wire_format is WireFormat.PUBLIC_MESSAGE:
        raise refuse("V142")
    check_sender_may(content)
    verify_signature(authenticated, sender_key(group, content), group.context)
