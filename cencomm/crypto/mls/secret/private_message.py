"""PrivateMessage: content and sender hidden from the server (RFC 9420 §6.3).

The content is sealed with a key of the sender's ratchet, the place in that ratchet with a key sampled from the
ciphertext. Opening yields the authenticated content; its signature is verified by the caller, who knows the tree.
"""

from __future__ import annotations

from dataclasses import dataclass

from cencomm.crypto.mls.public.framing import (
    AuthenticatedContent,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    Sender,
    WireFormat,
    encode_content,
    read_content,
)
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.key_schedule import SenderDataSecret
from cencomm.crypto.mls.secret.secret_tree import MessageKey, RatchetKind, SecretTree, sender_data_key
from cencomm.crypto.mls.secret.validation import refuse
from cencomm.crypto.primitives import OpenFailed, Random, aead_open, aead_seal, random_bytes
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all

REUSE_GUARD_BYTES = 4


@dataclass(frozen=True, slots=True)
class SenderData:
    """Which leaf sent the message, with which key, and the guard against a nonce used twice (§6.3.2)."""

    leaf_index: LeafIndex
    generation: int
    reuse_guard: bytes

    def encode(self) -> bytes:
        return Writer().u32(self.leaf_index).u32(self.generation).raw(self.reuse_guard).bytes()

    @classmethod
    def read(cls, reader: Reader) -> SenderData:
        return cls(LeafIndex(reader.u32()), reader.u32(), reader.raw(REUSE_GUARD_BYTES))


def _ratchet_kind(content_type: ContentType) -> RatchetKind:
    return RatchetKind.APPLICATION if content_type is ContentType.APPLICATION else RatchetKind.HANDSHAKE


def _content_aad(group_id: bytes, epoch: int, content_type: ContentType, authenticated_data: bytes) -> bytes:
    return Writer().vector(group_id).u64(epoch).u8(content_type).vector(authenticated_data).bytes()


def _sender_data_aad(group_id: bytes, epoch: int, content_type: ContentType) -> bytes:
    return Writer().vector(group_id).u64(epoch).u8(content_type).bytes()


def _guarded(nonce: bytes, guard: bytes) -> bytes:
    """The nonce with the guard XORed into its first four bytes (§6.3.1)."""
    first = int.from_bytes(nonce[:REUSE_GUARD_BYTES], "big") ^ int.from_bytes(guard, "big")
    return first.to_bytes(REUSE_GUARD_BYTES, "big") + nonce[REUSE_GUARD_BYTES:]


def _plaintext(message: AuthenticatedContent, padding: int) -> bytes:
    return encode_content(message.content.content) + message.auth.encode() + bytes(padding)


def seal_private(
    message: AuthenticatedContent,
    tree: SecretTree,
    sender_data_secret: SenderDataSecret,
    *,
    padding: int = 0,
    random: Random = random_bytes,
) -> tuple[PrivateMessage, SecretTree]:
    """`message` (signed for PrivateMessage, by a member) encrypted, and the tree without the key it took.

    `padding` is the number of zero bytes after the content.
    """
    content = message.content
    leaf = content.sender.leaf_index
    assert leaf is not None, "only a member sends a private message"
    key, after = tree.next_key(leaf, _ratchet_kind(content.content_type))
    guard = random(REUSE_GUARD_BYTES)
    aad = _content_aad(content.group_id, content.epoch, content.content_type, content.authenticated_data)
    ciphertext = aead_seal(tree.suite, key.key, _guarded(key.nonce, guard), aad, _plaintext(message, padding))
    data_key, data_nonce = sender_data_key(tree.suite, sender_data_secret, ciphertext)
    sender_data = SenderData(leaf, key.generation, guard).encode()
    data_aad = _sender_data_aad(content.group_id, content.epoch, content.content_type)
    sealed = aead_seal(tree.suite, data_key, data_nonce, data_aad, sender_data)
    return (
        PrivateMessage(
            content.group_id, content.epoch, content.content_type, content.authenticated_data, sealed, ciphertext
        ),
        after,
    )


def open_sender_data(message: PrivateMessage, tree: SecretTree, secret: SenderDataSecret) -> SenderData:
    """Raises `MlsError` V421 if it does not open or is not sender data."""
    key, nonce = sender_data_key(tree.suite, secret, message.ciphertext)
    aad = _sender_data_aad(message.group_id, message.epoch, message.content_type)
    try:
        return decode_all(aead_open(tree.suite, key, nonce, aad, message.encrypted_sender_data), SenderData.read)
    except (OpenFailed, DecodeError):
        raise refuse("V421") from None


def open_private(
    message: PrivateMessage, tree: SecretTree, sender_data_secret: SenderDataSecret
) -> tuple[AuthenticatedContent, SecretTree]:
    """The content, whose signature is still to be verified, and the tree without the key it took.

    Raises:
        MlsError: V410..V412 about the key, V421 sender data, V423 content, V424 padding.
        DecodeError: the plaintext is no content.
    """
    sender = open_sender_data(message, tree, sender_data_secret)
    key, after = tree.take_key(sender.leaf_index, _ratchet_kind(message.content_type), sender.generation)
    plaintext = _open_content(message, tree, key, sender.reuse_guard)
    reader = Reader(plaintext)
    content = read_content(reader, message.content_type)
    auth = FramedContentAuthData.read(reader, message.content_type)
    if any(reader.raw(reader.remaining)):
        raise refuse("V424")
    framed = FramedContent(
        message.group_id,
        message.epoch,
        Sender.member(sender.leaf_index),
        message.authenticated_data,
        message.content_type,
        content,
    )
    return AuthenticatedContent(WireFormat.PRIVATE_MESSAGE, framed, auth), after


def _open_content(message: PrivateMessage, tree: SecretTree, key: MessageKey, guard: bytes) -> bytes:
    aad = _content_aad(message.group_id, message.epoch, message.content_type, message.authenticated_data)
    try:
        return aead_open(tree.suite, key.key, _guarded(key.nonce, guard), aad, message.ciphertext)
    except OpenFailed:
        raise refuse("V423") from None
