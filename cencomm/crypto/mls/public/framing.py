"""Message framing: content, sender, signature and the outer MLSMessage (RFC 9420 §6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import ClassVar, Self

from cencomm.crypto.labels import ref_hash, sign_with_label, verify_with_label
from cencomm.crypto.mls.public.commit import Commit
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.key_package import MLS10, KeyPackage
from cencomm.crypto.mls.public.proposals import Proposal, encode_proposal, read_proposal
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.mls.public.welcome import GroupInfo, Welcome
from cencomm.crypto.primitives import BadSignature
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all

CONTENT_LABEL = "FramedContentTBS"
"""The label under which content is signed."""


class WireFormat(IntEnum):
    PUBLIC_MESSAGE = 1
    PRIVATE_MESSAGE = 2
    WELCOME = 3
    GROUP_INFO = 4
    KEY_PACKAGE = 5


class ContentType(IntEnum):
    APPLICATION = 1
    PROPOSAL = 2
    COMMIT = 3


class SenderType(IntEnum):
    MEMBER = 1
    EXTERNAL = 2
    NEW_MEMBER_PROPOSAL = 3
    NEW_MEMBER_COMMIT = 4


@dataclass(frozen=True, slots=True)
class Sender(Struct):
    """Who sent: a member by its leaf, an external sender by its place in the group's list, or one not yet in."""

    sender_type: SenderType
    leaf_index: LeafIndex | None = None
    sender_index: int | None = None

    @classmethod
    def member(cls, leaf_index: LeafIndex) -> Self:
        return cls(SenderType.MEMBER, leaf_index)

    def encode(self) -> bytes:
        writer = Writer().u8(self.sender_type)
        if self.sender_type is SenderType.MEMBER:
            assert self.leaf_index is not None
            writer.u32(self.leaf_index)
        elif self.sender_type is SenderType.EXTERNAL:
            assert self.sender_index is not None
            writer.u32(self.sender_index)
        return writer.bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        value = reader.u8()
        if not SenderType.MEMBER <= value <= SenderType.NEW_MEMBER_COMMIT:
            raise DecodeError("sender_type_unknown")
        sender_type = SenderType(value)
        if sender_type is SenderType.MEMBER:
            return cls(sender_type, LeafIndex(reader.u32()))
        if sender_type is SenderType.EXTERNAL:
            return cls(sender_type, None, reader.u32())
        return cls(sender_type)


def read_content_type(reader: Reader) -> ContentType:
    value = reader.u8()
    if not ContentType.APPLICATION <= value <= ContentType.COMMIT:
        raise DecodeError("content_type_unknown")
    return ContentType(value)


Content = bytes | Proposal | Commit


@dataclass(frozen=True)
class FramedContent(Struct):
    """What is said, and by whom, in which epoch of which group (§6)."""

    group_id: bytes
    epoch: int
    sender: Sender
    authenticated_data: bytes
    content_type: ContentType
    content: Content

    @cached_property
    def _encoded(self) -> bytes:
        writer = Writer().vector(self.group_id).u64(self.epoch).raw(self.sender.encode())
        writer.vector(self.authenticated_data).u8(self.content_type)
        return writer.raw(encode_content(self.content)).bytes()

    def encode(self) -> bytes:
        return self._encoded

    @classmethod
    def read(cls, reader: Reader) -> Self:
        start = reader.position
        group_id, epoch = reader.vector(), reader.u64()
        sender, authenticated_data = Sender.read(reader), reader.vector()
        content_type = read_content_type(reader)
        read = cls(group_id, epoch, sender, authenticated_data, content_type, read_content(reader, content_type))
        # A structure has one encoding only, and signature, tags and transcript cover it: they take what was read.
        read.__dict__["_encoded"] = reader.slice_from(start)
        return read


def encode_content(content: Content) -> bytes:
    """The content without its type: application data as a vector, or the proposal, or the commit."""
    if isinstance(content, bytes):
        return Writer().vector(content).bytes()
    if isinstance(content, Commit):
        return content.encode()
    return encode_proposal(content)


def read_content(reader: Reader, content_type: ContentType) -> Content:
    if content_type is ContentType.APPLICATION:
        return reader.vector()
    if content_type is ContentType.PROPOSAL:
        return read_proposal(reader)
    return Commit.read(reader)


@dataclass(frozen=True, slots=True)
class FramedContentAuthData:
    """The signature, and for a commit the confirmation tag (§6.1). Its form depends on the content type."""

    signature: bytes
    confirmation_tag: bytes | None = None

    def encode(self) -> bytes:
        writer = Writer().vector(self.signature)
        return writer.bytes() if self.confirmation_tag is None else writer.vector(self.confirmation_tag).bytes()

    @classmethod
    def read(cls, reader: Reader, content_type: ContentType) -> Self:
        signature = reader.vector()
        return cls(signature, reader.vector() if content_type is ContentType.COMMIT else None)


def read_wire_format(reader: Reader) -> WireFormat:
    value = reader.u16()
    if not WireFormat.PUBLIC_MESSAGE <= value <= WireFormat.KEY_PACKAGE:
        raise DecodeError("wire_format_unknown")
    return WireFormat(value)


@dataclass(frozen=True, slots=True)
class AuthenticatedContent(Struct):
    """Content with its signature, whichever way it travelled (§6)."""

    wire_format: WireFormat
    content: FramedContent
    auth: FramedContentAuthData

    def encode(self) -> bytes:
        return Writer().u16(self.wire_format).raw(self.content.encode()).raw(self.auth.encode()).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        wire_format, content = read_wire_format(reader), FramedContent.read(reader)
        return cls(wire_format, content, FramedContentAuthData.read(reader, content.content_type))

    def proposal_reference(self) -> bytes:
        """ProposalRef of a proposal that was sent on its own, 32 bytes (§5.2)."""
        return ref_hash("MLS 1.0 Proposal Reference", self.encode())


@dataclass(frozen=True, slots=True)
class PublicMessage(Struct):
    """Signed content in the clear; a member's also has the membership tag (§6.2)."""

    wire_format: ClassVar[WireFormat] = WireFormat.PUBLIC_MESSAGE
    content: FramedContent
    auth: FramedContentAuthData
    membership_tag: bytes | None = None

    @property
    def authenticated(self) -> AuthenticatedContent:
        return AuthenticatedContent(WireFormat.PUBLIC_MESSAGE, self.content, self.auth)

    def encode(self) -> bytes:
        writer = Writer().raw(self.content.encode()).raw(self.auth.encode())
        if self.content.sender.sender_type is SenderType.MEMBER:
            assert self.membership_tag is not None
            writer.vector(self.membership_tag)
        return writer.bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        content = FramedContent.read(reader)
        auth = FramedContentAuthData.read(reader, content.content_type)
        from_member = content.sender.sender_type is SenderType.MEMBER
        return cls(content, auth, reader.vector() if from_member else None)


@dataclass(frozen=True, slots=True)
class PrivateMessage(Struct):
    """Signed content under the keys of the epoch (§6.3); here only its byte form."""

    wire_format: ClassVar[WireFormat] = WireFormat.PRIVATE_MESSAGE
    group_id: bytes
    epoch: int
    content_type: ContentType
    authenticated_data: bytes
    encrypted_sender_data: bytes
    ciphertext: bytes

    def encode(self) -> bytes:
        writer = Writer().vector(self.group_id).u64(self.epoch).u8(self.content_type)
        writer.vector(self.authenticated_data).vector(self.encrypted_sender_data)
        return writer.vector(self.ciphertext).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            group_id=reader.vector(),
            epoch=reader.u64(),
            content_type=read_content_type(reader),
            authenticated_data=reader.vector(),
            encrypted_sender_data=reader.vector(),
            ciphertext=reader.vector(),
        )


Body = PublicMessage | PrivateMessage | Welcome | GroupInfo | KeyPackage

_BODIES: dict[WireFormat, type[Body]] = {
    WireFormat.PUBLIC_MESSAGE: PublicMessage,
    WireFormat.PRIVATE_MESSAGE: PrivateMessage,
    WireFormat.WELCOME: Welcome,
    WireFormat.GROUP_INFO: GroupInfo,
    WireFormat.KEY_PACKAGE: KeyPackage,
}
_WIRE_FORMATS = {kind: wire_format for wire_format, kind in _BODIES.items()}


@dataclass(frozen=True, slots=True)
class MlsMessage(Struct):
    """MLSMessage: everything that travels (§6)."""

    version: int
    wire_format: WireFormat
    body: Body

    def encode(self) -> bytes:
        return Writer().u16(self.version).u16(self.wire_format).raw(self.body.encode()).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        version = reader.u16()
        if version != MLS10:
            raise DecodeError("protocol_version_unknown")
        wire_format = read_wire_format(reader)
        return cls(version, wire_format, _BODIES[wire_format].read(reader))


def encode_message(body: Body) -> bytes:
    """`body` as an MLSMessage."""
    return MlsMessage(MLS10, _WIRE_FORMATS[type(body)], body).encode()


def decode_message(data: bytes) -> MlsMessage:
    """Raises `DecodeError` for everything that is not exactly one MLSMessage of version mls10."""
    return decode_all(data, MlsMessage.read)


def framed_content_tbs(wire_format: WireFormat, content: FramedContent, context: GroupContext | None) -> bytes:
    """FramedContentTBS: what the signature covers (§6.1).

    `context` is needed for senders who know the group: members and those who join by external commit.
    """
    writer = Writer().u16(MLS10).u16(wire_format).raw(content.encode())
    if content.sender.sender_type in (SenderType.MEMBER, SenderType.NEW_MEMBER_COMMIT):
        if context is None:
            raise ValueError("the signature of this sender covers the group context")
        writer.raw(context.encode())
    return writer.bytes()


def authenticated_content_tbm(authenticated: AuthenticatedContent, context: GroupContext) -> bytes:
    """AuthenticatedContentTBM: what the membership tag covers (§6.2)."""
    tbs = framed_content_tbs(authenticated.wire_format, authenticated.content, context)
    return tbs + authenticated.auth.encode()


def sign_content(seed: bytes, wire_format: WireFormat, content: FramedContent, context: GroupContext | None) -> bytes:
    """The signature for `FramedContentAuthData`."""
    return sign_with_label(seed, CONTENT_LABEL, framed_content_tbs(wire_format, content, context))


def verify_signature(authenticated: AuthenticatedContent, signature_key: bytes, context: GroupContext | None) -> None:
    """Raises `MlsError` V140 unless the holder of `signature_key` signed the content."""
    tbs = framed_content_tbs(authenticated.wire_format, authenticated.content, context)
    try:
        verify_with_label(signature_key, CONTENT_LABEL, tbs, authenticated.auth.signature)
    except BadSignature:
        raise refuse("V140") from None
