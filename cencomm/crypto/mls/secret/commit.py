"""Commits, made by members and by those who join from outside (RFC 9420 §12.4); `receiving` takes those of others.

Making a commit changes nothing: `PendingCommit` holds the state to go on with once the server has accepted it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cencomm.crypto.mls.public.commit import Commit
from cencomm.crypto.mls.public.extensions import ExtensionType, find
from cencomm.crypto.mls.public.framing import (
    AuthenticatedContent,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    encode_message,
)
from cencomm.crypto.mls.public.group import group_from, stage_authenticated
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.leaf_node import LeafNodeSource
from cencomm.crypto.mls.public.proposal_list import SentProposal, apply, check_member_list, of_type, resolve
from cencomm.crypto.mls.public.proposals import Add, ExternalInit, PreSharedKey, Proposal, ProposalRef, Remove
from cencomm.crypto.mls.public.public_group import decode_group_info
from cencomm.crypto.mls.public.public_keys import is_public_key
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import refuse as refuse_public
from cencomm.crypto.mls.public.welcome import GroupInfo
from cencomm.crypto.mls.secret.draft import Draft, Path, Sealed, fresh_path, seal_commit, without_path
from cencomm.crypto.mls.secret.group import GroupState, enter_epoch
from cencomm.crypto.mls.secret.key_package import LeafIdentity, sign_leaf
from cencomm.crypto.mls.secret.key_schedule import (
    PskSecret,
    send_external_init,
)
from cencomm.crypto.mls.secret.messages import membership_tag
from cencomm.crypto.mls.secret.private_message import seal_private
from cencomm.crypto.mls.secret.psk import NO_PSKS, Psks, psk_secret
from cencomm.crypto.mls.secret.receiving import process_commit, with_own
from cencomm.crypto.mls.secret.secret_tree import SecretTree
from cencomm.crypto.mls.secret.validation import refuse
from cencomm.crypto.mls.secret.welcome import make_welcome
from cencomm.crypto.primitives import KEY_BYTES, Random, random_bytes
from cencomm.crypto.tls import Reader, Writer, decode_all

__all__ = ["PendingCommit", "create_commit", "external_commit", "process_commit"]

NO_REFS: Mapping[bytes, AuthenticatedContent] = {}
_PLACEHOLDER_KEY = bytes(KEY_BYTES)


@dataclass(frozen=True, slots=True)
class PendingCommit:
    """A commit that the server has not accepted yet; `state` is ours once it has.

    `commit`, `welcome` and `group_info` are MLSMessages. `spent` is the secret tree of the epoch that ends, without
    the key that a commit sent as PrivateMessage took; give it to the old state before sending more in that epoch.
    """

    commit: bytes
    welcome: bytes | None
    group_info: bytes
    state: GroupState
    spent: SecretTree | None = None

    def encode(self) -> bytes:
        """For sealed storage: it holds every secret of the next epoch."""
        writer = Writer().vector(self.commit).optional(self.welcome, lambda data: Writer().vector(data).bytes())
        writer.vector(self.group_info).vector(self.state.encode())
        return writer.optional(self.spent, SecretTree.encode).bytes()

    @classmethod
    def decode(cls, data: bytes) -> PendingCommit:
        """Raises `DecodeError` or `MlsError`."""
        return decode_all(data, cls._read)

    @classmethod
    def _read(cls, reader: Reader) -> PendingCommit:
        commit, welcome = reader.vector(), reader.optional(Reader.vector)
        group_info, state = reader.vector(), GroupState.decode(reader.vector())
        spent = reader.optional(lambda inner: SecretTree.read(inner, state.suite))
        return cls(commit, welcome, group_info, state, spent)


def create_commit(
    state: GroupState,
    proposals: Sequence[Proposal],
    *,
    authenticated_data: bytes = b"",
    path: bool = True,
    new_identity: LeafIdentity | None = None,
    psks: Psks = NO_PSKS,
    proposal_refs: Mapping[bytes, AuthenticatedContent] = NO_REFS,
    private: bool = False,
    random: Random = random_bytes,
) -> PendingCommit:
    """A commit of ours, with the Welcome for those it adds and the GroupInfo of the epoch that it opens.

    Args:
        state: our present state; it is not changed.
        proposals: those of ours that stand in the commit itself.
        authenticated_data: what everybody can read and our signature covers.
        path: whether to renew our keys; without it only additions, pre-shared keys and ReInit are possible.
        new_identity: another identity for our leaf; needs the path.
        psks: the pre-shared keys that the proposals name; that of this epoch we have ourselves.
        proposal_refs: proposals sent on their own, by their references; all of them are committed, first.
        private: send the commit as PrivateMessage.

    Raises:
        MlsError: the commit would not be valid (V1xx-V3xx), a pre-shared key is missing (V430), or a new identity
            has no path (V500).
    """
    if new_identity is not None and not path:
        raise refuse("V500")
    sender = Sender.member(state.own_leaf_index)
    items = (*(ProposalRef(reference) for reference in proposal_refs), *proposals)
    resolved = resolve(state.public, Commit(items, None), sender, proposal_refs)
    check_member_list(state.public, resolved, state.own_leaf_index)
    applied = apply(state.public, resolved)
    draft = Draft(
        before=state.public,
        sender=sender,
        own_leaf=state.own_leaf_index,
        signature_seed=state.signature_seed,
        tree=applied.tree,
        extensions=applied.extensions,
        proposals=items,
        psk_ids=applied.psks,
        added=_added(resolved, [index for index, _ in applied.added]),
        authenticated_data=authenticated_data,
        wire_format=WireFormat.PRIVATE_MESSAGE if private else WireFormat.PUBLIC_MESSAGE,
    )
    identity = state.identity if new_identity is None else new_identity
    renewed = fresh_path(draft, identity, random) if path else without_path(draft, state.keys)
    psk = psk_secret(draft.psk_ids, with_own(psks, state))
    sealed = seal_commit(draft, renewed, state.secrets.init_secret, psk)
    staged = stage_authenticated(state.public, sealed.authenticated, proposals=proposal_refs)
    seed = identity.signature_seed if path else state.signature_seed
    after = enter_epoch(staged.next(), renewed.keys, sealed.derived, seed)
    message, spent = _frame(state, sealed.authenticated, random)
    return _finish(draft, renewed, sealed, psk, after, message, spent, random)


def _added(resolved: Sequence[SentProposal], places: Sequence[LeafIndex]) -> tuple[tuple[LeafIndex, KeyPackage], ...]:
    packages = [add.key_package for add in of_type(resolved, Add)]
    return tuple(zip(places, packages, strict=True))


def _frame(state: GroupState, commit: AuthenticatedContent, random: Random) -> tuple[bytes, SecretTree | None]:
    if commit.wire_format is WireFormat.PRIVATE_MESSAGE:
        message, spent = seal_private(commit, state.secret_tree, state.secrets.sender_data_secret, random=random)
        return encode_message(message), spent
    return encode_message(PublicMessage(commit.content, commit.auth, membership_tag(state, commit))), None


def _finish(
    draft: Draft,
    path: Path,
    sealed: Sealed,
    psk: PskSecret,
    after: GroupState,
    message: bytes,
    spent: SecretTree | None,
    random: Random,
) -> PendingCommit:
    group_info = after.signed_group_info()
    welcome = None
    if draft.added:
        welcome = make_welcome(
            after.suite,
            group_info,
            sealed.joiner,
            psk,
            psk_ids=draft.psk_ids,
            committer=draft.own_leaf,
            steps=path.steps,
            new_members=draft.added,
            random=random,
        )
    return PendingCommit(
        commit=message,
        welcome=None if welcome is None else encode_message(welcome),
        group_info=encode_message(group_info),
        state=after,
        spent=spent,
    )


def external_commit(
    group_info: bytes,
    identity: LeafIdentity,
    *,
    remove: LeafIndex | None = None,
    authenticated_data: bytes = b"",
    tree: bytes | None = None,
    psk_proposals: Sequence[PreSharedKey] = (),
    psks: Psks = NO_PSKS,
    random: Random = random_bytes,
) -> PendingCommit:
    """A commit by which we join a group from outside (§12.4.3.2).

    Args:
        group_info: an MLSMessage with the external public key, and the ratchet tree unless `tree` gives it.
        remove: an earlier leaf of ours to remove.

    Raises:
        DecodeError: malformed bytes.
        MlsError: V502 without an external public key, V304 no member at `remove`, V1xx-V3xx for the rest.
    """
    info = decode_group_info(group_info)
    before = group_from(info, tree=tree)
    kem_output, init_secret = send_external_init(before.suite, _external_pub(info), random)
    removes: tuple[Proposal, ...] = () if remove is None else (Remove(remove),)
    if remove is not None and before.tree.leaf(remove) is None:
        raise refuse_public("V304", leaf_index=remove)
    proposals: tuple[Proposal, ...] = (ExternalInit(kem_output), *removes, *psk_proposals)
    sender = Sender(SenderType.NEW_MEMBER_COMMIT)
    applied = apply(before, [(proposal, sender) for proposal in proposals])
    placeholder = sign_leaf(
        identity,
        _PLACEHOLDER_KEY,
        LeafNodeSource.COMMIT,
        parent_hash=b"",
        group_id=before.group_id,
        leaf_index=LeafIndex(0),
    )
    joined, own_leaf = applied.tree.add(placeholder)
    draft = Draft(
        before=before,
        sender=sender,
        own_leaf=own_leaf,
        signature_seed=identity.signature_seed,
        tree=joined,
        extensions=applied.extensions,
        proposals=proposals,
        psk_ids=applied.psks,
        added=(),
        authenticated_data=authenticated_data,
        wire_format=WireFormat.PUBLIC_MESSAGE,
    )
    path = fresh_path(draft, identity, random)
    psk = psk_secret(draft.psk_ids, psks)
    sealed = seal_commit(draft, path, init_secret, psk)
    staged = stage_authenticated(before, sealed.authenticated)
    after = enter_epoch(staged.next(), path.keys, sealed.derived, identity.signature_seed)
    message = encode_message(PublicMessage(sealed.authenticated.content, sealed.authenticated.auth))
    return _finish(draft, path, sealed, psk, after, message, None, random)


def _external_pub(info: GroupInfo) -> bytes:
    data = find(info.extensions, ExtensionType.EXTERNAL_PUB)
    if data is None:
        raise refuse("V502")
    key = decode_all(data, Reader.vector)
    if not is_public_key(key):
        raise refuse("V502")
    return key
