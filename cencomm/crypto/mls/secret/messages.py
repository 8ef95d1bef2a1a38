"""What members say to each other besides commits: application data and proposals (RFC 9420 §6, §12.1, §15)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cencomm.crypto.mls.public.commit import Commit
from cencomm.crypto.mls.public.framing import (
    AuthenticatedContent,
    Content,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    authenticated_content_tbm,
    decode_message,
    encode_message,
    sign_content,
)
from cencomm.crypto.mls.public.leaf_node import LeafNodeSource
from cencomm.crypto.mls.public.proposals import Proposal, Update
from cencomm.crypto.mls.public.senders import check_authentic
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.group import GroupState, OwnUpdate
from cencomm.crypto.mls.secret.key_package import LeafIdentity, sign_leaf
from cencomm.crypto.mls.secret.private_message import open_private, seal_private
from cencomm.crypto.mls.secret.treekem import new_leaf_key
from cencomm.crypto.mls.secret.validation import refuse
from cencomm.crypto.primitives import Random, constant_time_equal, hmac_sha256, random_bytes


@dataclass(frozen=True, slots=True)
class Received:
    """Application data: who said it, in which epoch, and what rode along readable."""

    sender: LeafIndex
    epoch: int
    authenticated_data: bytes
    data: bytes = field(repr=False)


def membership_tag(state: GroupState, message: AuthenticatedContent) -> bytes:
    """MAC(membership_key, AuthenticatedContentTBM) (§6.2)."""
    return hmac_sha256(state.secrets.membership_key, authenticated_content_tbm(message, state.public.context))


def check_membership_tag(state: GroupState, message: AuthenticatedContent, tag: bytes | None) -> None:
    """Raises `MlsError` V450 unless a member of this epoch sent the PublicMessage."""
    if tag is None or not constant_time_equal(membership_tag(state, message), tag):
        raise refuse("V450")


def _signed(
    state: GroupState, wire_format: WireFormat, content_type: ContentType, content: Content, authenticated_data: bytes
) -> AuthenticatedContent:
    framed = FramedContent(
        state.group_id, state.epoch, Sender.member(state.own_leaf_index), authenticated_data, content_type, content
    )
    signature = sign_content(state.signature_seed, wire_format, framed, state.public.context)
    return AuthenticatedContent(wire_format, framed, FramedContentAuthData(signature))


def _sealed(state: GroupState, message: AuthenticatedContent, padding: int, random: Random) -> tuple[bytes, GroupState]:
    sealed, tree = seal_private(
        message, state.secret_tree, state.secrets.sender_data_secret, padding=padding, random=random
    )
    return encode_message(sealed), replace(state, secret_tree=tree)


def protect(
    state: GroupState,
    data: bytes,
    *,
    authenticated_data: bytes = b"",
    padding: int = 0,
    random: Random = random_bytes,
) -> tuple[bytes, GroupState]:
    """Application data as a PrivateMessage (an MLSMessage), and the state without the key it took.

    `padding` is the number of zero bytes that hide the length.
    """
    message = _signed(state, WireFormat.PRIVATE_MESSAGE, ContentType.APPLICATION, data, authenticated_data)
    return _sealed(state, message, padding, random)


def unprotect(state: GroupState, message: bytes) -> tuple[Received, GroupState]:
    """Application data of a member, and the state without the key it took.

    Raises:
        DecodeError: malformed bytes.
        MlsError: V425 other content, and what `open_message` raises.
    """
    opened, after = open_message(state, message)
    content = opened.content
    if not isinstance(content.content, bytes):
        raise refuse("V425")
    sender = content.sender.leaf_index
    assert sender is not None, "a private message comes from a member"
    return Received(sender, content.epoch, content.authenticated_data, content.content), after


def open_message(state: GroupState, message: bytes) -> tuple[AuthenticatedContent, GroupState]:
    """What a PublicMessage or PrivateMessage of this epoch says, its sender verified, and the state after it.

    A commit is then judged with `stage_authenticated`, a proposal is kept by its reference until it is committed.

    Raises:
        DecodeError: malformed bytes.
        MlsError: V410..V412, V420..V425, V450, and V140..V147 about the sender.
    """
    body = decode_message(message).body
    if isinstance(body, PublicMessage):
        check_authentic(state.public, body.authenticated)
        if body.content.sender.sender_type is SenderType.MEMBER:
            check_membership_tag(state, body.authenticated, body.membership_tag)
        return body.authenticated, state
    if not isinstance(body, PrivateMessage):
        raise refuse("V425")
    if (body.group_id, body.epoch) != (state.group_id, state.epoch):
        raise refuse("V420", epoch=body.epoch)
    opened, tree = open_private(body, state.secret_tree, state.secrets.sender_data_secret)
    check_authentic(state.public, opened)
    return opened, replace(state, secret_tree=tree)


def propose(
    state: GroupState,
    proposal: Proposal,
    *,
    authenticated_data: bytes = b"",
    private: bool = False,
    random: Random = random_bytes,
) -> tuple[bytes, bytes, GroupState]:
    """A proposal sent on its own: (MLSMessage, its reference, our state afterwards) (§12.1).

    An Update of our own leaf is made by `propose_update`, which keeps its keys.
    """
    wire_format = WireFormat.PRIVATE_MESSAGE if private else WireFormat.PUBLIC_MESSAGE
    message = _signed(state, wire_format, ContentType.PROPOSAL, proposal, authenticated_data)
    reference = message.proposal_reference()
    if private:
        encoded, state = _sealed(state, message, 0, random)
    else:
        encoded = encode_message(PublicMessage(message.content, message.auth, membership_tag(state, message)))
    return encoded, reference, state


def propose_update(
    state: GroupState,
    *,
    new_identity: LeafIdentity | None = None,
    private: bool = False,
    random: Random = random_bytes,
) -> tuple[bytes, bytes, GroupState]:
    """An Update of our own leaf, as `propose` gives it; the state keeps the new keys for its commit (§12.1.2)."""
    identity = state.identity if new_identity is None else new_identity
    leaf_private, encryption_key = new_leaf_key(random)
    leaf = sign_leaf(
        identity,
        encryption_key,
        LeafNodeSource.UPDATE,
        group_id=state.group_id,
        leaf_index=state.own_leaf_index,
    )
    ours = OwnUpdate(encryption_key, leaf_private, identity.signature_seed)
    encoded, reference, after = propose(state, Update(leaf), private=private, random=random)
    return encoded, reference, replace(after, updates=(*after.updates, ours))


def proposal_of(message: AuthenticatedContent) -> Proposal | None:
    """The proposal that a message holds, if it holds one."""
    content = message.content.content
    return None if isinstance(content, bytes | Commit) else content
