"""A commit as far as anybody can judge it without secrets (RFC 9420 §12.4.2, §12.4.3.2).

`stage_commit` says what a commit would make of a group. Nothing is stored or changed: the caller takes `next()` when
the commit has been accepted. What only members can check is left to them: membership tag, path secrets, confirmation
tag. What the product allows beyond the RFC is left to its policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cencomm.crypto.mls.public.commit import Commit, UpdatePath
from cencomm.crypto.mls.public.framing import (
    AuthenticatedContent,
    PrivateMessage,
    PublicMessage,
    Sender,
    SenderType,
    decode_message,
)
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.leaf_node import LeafNode, LeafNodeSource, verify_leaf
from cencomm.crypto.mls.public.proposal_list import (
    Applied,
    SentProposal,
    apply,
    check_external_list,
    check_member_list,
    check_path_present,
    resolve,
)
from cencomm.crypto.mls.public.proposals import ExternalInit, PreSharedKeyId, ProposalRef, ReInit
from cencomm.crypto.mls.public.public_group import PublicGroup
from cencomm.crypto.mls.public.public_keys import is_public_key
from cencomm.crypto.mls.public.senders import check_addressed, check_authentic
from cencomm.crypto.mls.public.transcript import confirmed_transcript_hash
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_checks import check_capabilities, check_credentials, check_unique_keys
from cencomm.crypto.mls.public.tree_math import LeafIndex, leaf_to_node
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.primitives import HASH_BYTES, TAG_BYTES

NO_PROPOSALS: Mapping[bytes, AuthenticatedContent] = {}
_LAST_EPOCH = 2**64 - 1


@dataclass(frozen=True, slots=True)
class StagedCommit:
    """What a commit makes of the group: everything public about the next epoch.

    `committer_leaf_index` is the committer's leaf in the new tree; `updated` are the leaves replaced by Update
    proposals, without the committer's own. `membership_tag` is what came with the message, for members to check.
    """

    before: PublicGroup
    authenticated: AuthenticatedContent
    committer_leaf_index: LeafIndex
    proposals: tuple[SentProposal, ...]
    by_reference: bool
    applied: Applied
    path: UpdatePath | None
    tree: RatchetTree
    context: GroupContext
    confirmation_tag: bytes
    membership_tag: bytes | None = None

    @property
    def sender(self) -> Sender:
        return self.authenticated.content.sender

    @property
    def external(self) -> bool:
        return self.sender.sender_type is SenderType.NEW_MEMBER_COMMIT

    @property
    def authenticated_data(self) -> bytes:
        return self.authenticated.content.authenticated_data

    @property
    def added(self) -> tuple[tuple[LeafIndex, LeafNode], ...]:
        """Those who join by Welcome; one who joins by external commit is the committer."""
        return self.applied.added

    @property
    def removed(self) -> tuple[tuple[LeafIndex, LeafNode], ...]:
        return self.applied.removed

    @property
    def updated(self) -> tuple[tuple[LeafIndex, LeafNode], ...]:
        return self.applied.updated

    @property
    def psks(self) -> tuple[PreSharedKeyId, ...]:
        return self.applied.psks

    @property
    def re_init(self) -> ReInit | None:
        return self.applied.re_init

    @property
    def external_init(self) -> ExternalInit | None:
        return self.applied.external_init

    def next(self) -> PublicGroup:
        """The next epoch, with the confirmation tag that the commit carries."""
        return PublicGroup.of(
            self.context, self.tree, self.confirmation_tag, re_initialised=self.applied.re_init is not None
        )


def stage_commit(
    group: PublicGroup, message: bytes, *, proposals: Mapping[bytes, AuthenticatedContent] = NO_PROPOSALS
) -> StagedCommit:
    """Judge a commit that came as an MLSMessage with a PublicMessage.

    Args:
        group: the epoch that the commit was made in; it is not changed.
        message: the MLSMessage.
        proposals: those sent on their own in this epoch, by their references.

    Raises:
        DecodeError: malformed bytes.
        WrongEpoch: the commit was made in another epoch (V146).
        MlsError: any other check of V100..V399 that the commit fails.
    """
    body = decode_message(message).body
    if isinstance(body, PrivateMessage):
        raise refuse("V143")
    if not isinstance(body, PublicMessage):
        raise refuse("V148")
    if body.membership_tag is not None and len(body.membership_tag) != HASH_BYTES:
        raise refuse("V150")
    staged = stage_authenticated(group, body.authenticated, proposals=proposals)
    return replace(staged, membership_tag=body.membership_tag)


def stage_authenticated(
    group: PublicGroup,
    authenticated: AuthenticatedContent,
    *,
    proposals: Mapping[bytes, AuthenticatedContent] = NO_PROPOSALS,
) -> StagedCommit:
    """The same for a commit that is already out of its message, for example decrypted from a PrivateMessage."""
    commit, confirmation_tag = _check_message(group, authenticated)
    sender = authenticated.content.sender
    resolved = resolve(group, commit, sender, proposals)
    if sender.leaf_index is None:
        check_external_list(group, commit, resolved)
    else:
        check_member_list(group, resolved, sender.leaf_index)
        check_path_present(resolved, has_path=commit.path is not None)
    applied = apply(group, resolved)
    tree, committer = _merge(group, applied, commit.path, sender.leaf_index)
    check_credentials(tree)
    check_unique_keys(tree)
    return StagedCommit(
        before=group,
        authenticated=authenticated,
        committer_leaf_index=committer,
        proposals=resolved,
        by_reference=any(isinstance(item, ProposalRef) for item in commit.proposals),
        applied=applied,
        path=commit.path,
        tree=tree,
        context=next_context(group, applied, tree, authenticated),
        confirmation_tag=confirmation_tag,
    )


def next_context(
    group: PublicGroup, applied: Applied, tree: RatchetTree, authenticated: AuthenticatedContent
) -> GroupContext:
    """The group context of the epoch that a commit begins (§8.1, §12.4.2)."""
    return GroupContext(
        version=group.context.version,
        cipher_suite=group.context.cipher_suite,
        group_id=group.group_id,
        epoch=group.epoch + 1,
        tree_hash=tree.tree_hash(),
        confirmed_transcript_hash=confirmed_transcript_hash(group.interim_transcript_hash, authenticated),
        extensions=applied.extensions,
    )


def _check_message(group: PublicGroup, authenticated: AuthenticatedContent) -> tuple[Commit, bytes]:
    """The commit and its confirmation tag, once it is sure that its sender sent it."""
    check_addressed(group, authenticated.content)
    if group.re_initialised:
        raise refuse("V341")
    if group.epoch == _LAST_EPOCH:
        raise refuse("V340")
    check_authentic(group, authenticated)
    commit, tag = authenticated.content.content, authenticated.auth.confirmation_tag
    if not isinstance(commit, Commit):
        raise refuse("V148")
    if tag is None or len(tag) != HASH_BYTES:
        raise refuse("V149")
    return commit, tag


def _merge(
    group: PublicGroup, applied: Applied, path: UpdatePath | None, committer: LeafIndex | None
) -> tuple[RatchetTree, LeafIndex]:
    """The tree after the path, and the committer's leaf in it; an external committer gets the first free leaf."""
    tree = applied.tree
    if path is None:
        assert committer is not None, "an external commit has a path (V324)"
        return tree, committer
    before = None if committer is None else tree.leaf(committer)
    _check_path_keys(tree, path, None if before is None else before.encryption_key)
    if committer is None:
        tree, committer = tree.add(path.leaf_node)
    _check_path_leaf(group, applied, path.leaf_node, committer)
    merged = tree.merge_path(committer, path)
    _check_ciphertexts(tree, path, committer, [index for index, _ in applied.added])
    return merged, committer


def _check_path_leaf(group: PublicGroup, applied: Applied, leaf: LeafNode, committer: LeafIndex) -> None:
    if leaf.source is not LeafNodeSource.COMMIT:
        raise refuse("V330", source=int(leaf.source))
    verify_leaf(leaf, group.group_id, committer)
    check_capabilities((leaf,), group.suite, applied.extensions)


def _check_path_keys(tree: RatchetTree, path: UpdatePath, leaf_key_before: bytes | None) -> None:
    """The keys of a path are fresh: in no node of the tree after the proposals, and no two alike (§12.4.2)."""
    leaf_key = path.leaf_node.encryption_key
    if leaf_key == leaf_key_before:
        raise refuse("V331")
    keys = [node.encryption_key for node in path.nodes]
    if not all(is_public_key(key) for key in keys):
        raise refuse("V336")
    fresh = {leaf_key, *keys}
    if len(fresh) != len(keys) + 1 or fresh & tree.top.census.encryption_keys:
        raise refuse("V335")


def _check_ciphertexts(tree: RatchetTree, path: UpdatePath, committer: LeafIndex, added: Sequence[LeafIndex]) -> None:
    new_leaves = {leaf_to_node(leaf) for leaf in added}
    for node, (index, copath_child) in zip(path.nodes, tree.filtered_path(committer), strict=True):
        reached = [below for below in tree.resolution(copath_child) if below not in new_leaves]
        if len(node.encrypted_path_secret) != len(reached):
            raise refuse("V333", node_index=index, ciphertexts=len(node.encrypted_path_secret))
        for sealed in node.encrypted_path_secret:
            if not is_public_key(sealed.kem_output) or len(sealed.ciphertext) != HASH_BYTES + TAG_BYTES:
                raise refuse("V337", node_index=index)
