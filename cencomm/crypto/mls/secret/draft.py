"""A commit in the making: fresh path, new key schedule, signed and tagged message (RFC 9420 §12.4.1).

Members and those who join by external commit make commits alike; they differ in what stands in `Draft`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cencomm.crypto.mls.public.commit import Commit, UpdatePath
from cencomm.crypto.mls.public.extensions import Extension
from cencomm.crypto.mls.public.framing import (
    AuthenticatedContent,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    Sender,
    WireFormat,
    sign_content,
)
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.leaf_node import LeafNodeSource
from cencomm.crypto.mls.public.proposals import PreSharedKeyId, ProposalOrRef
from cencomm.crypto.mls.public.transcript import confirmed_transcript_hash
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_math import LeafIndex, NodeIndex
from cencomm.crypto.mls.secret.key_package import LeafIdentity, sign_leaf
from cencomm.crypto.mls.secret.key_schedule import (
    NO_COMMIT_SECRET,
    CommitSecret,
    EncryptionSecret,
    EpochSecrets,
    InitSecret,
    JoinerSecret,
    PskSecret,
    confirmation_tag,
    derive_epoch,
    epoch_secret,
    joiner_secret,
)
from cencomm.crypto.mls.secret.treekem import (
    PathStep,
    TreeKeys,
    encrypt_path,
    ladder,
    new_leaf_key,
    new_path_secret,
    standing_keys,
)
from cencomm.crypto.primitives import Random, Secret


@dataclass(frozen=True, slots=True)
class Draft:
    """What a commit is made from.

    `tree` and `extensions` are those after the proposals, with the leaf of an external joiner already in its place.
    """

    before: PublicGroup
    sender: Sender
    own_leaf: LeafIndex
    signature_seed: Secret
    tree: RatchetTree
    extensions: tuple[Extension, ...]
    proposals: tuple[ProposalOrRef, ...]
    psk_ids: tuple[PreSharedKeyId, ...]
    added: tuple[tuple[LeafIndex, KeyPackage], ...]
    authenticated_data: bytes
    wire_format: WireFormat


@dataclass(frozen=True, slots=True)
class Path:
    """A fresh update path with its private keys."""

    tree: RatchetTree
    update_path: UpdatePath | None
    steps: tuple[PathStep, ...]
    commit_secret: CommitSecret
    keys: TreeKeys


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished commit and the secrets of the epoch that it opens."""

    authenticated: AuthenticatedContent
    joiner: JoinerSecret
    derived: tuple[EpochSecrets, EncryptionSecret]


def _next_context(draft: Draft, tree: RatchetTree, confirmed: bytes) -> GroupContext:
    before = draft.before.context
    return GroupContext(
        before.version,
        before.cipher_suite,
        before.group_id,
        before.epoch + 1,
        tree.tree_hash(),
        confirmed,
        draft.extensions,
    )


def without_path(draft: Draft, keys: TreeKeys) -> Path:
    """The commit leaves our keys as they are."""
    return Path(draft.tree, None, (), NO_COMMIT_SECRET, standing_keys(keys, draft.tree))


def fresh_path(draft: Draft, identity: LeafIdentity, random: Random) -> Path:
    """A new leaf and new keys for all nodes above it that others need (§7.5)."""
    leaf_private, encryption_key = new_leaf_key(random)
    steps, commit_secret = ladder(draft.tree.filtered_direct_path(draft.own_leaf), new_path_secret(random))
    tree, parent_hash = draft.tree.with_path(draft.own_leaf, [step.public_key for step in steps])
    leaf = sign_leaf(
        identity,
        encryption_key,
        LeafNodeSource.COMMIT,
        parent_hash=parent_hash,
        group_id=draft.before.group_id,
        leaf_index=draft.own_leaf,
    )
    tree = tree.with_leaf(draft.own_leaf, leaf)
    provisional = _next_context(draft, tree, draft.before.context.confirmed_transcript_hash)
    nodes = encrypt_path(
        draft.before.suite,
        draft.tree,
        draft.own_leaf,
        steps,
        added=[index for index, _ in draft.added],
        group_context=provisional.encode(),
        random=random,
    )
    privates: Mapping[NodeIndex, Secret] = {step.node: step.private_key for step in steps}
    return Path(tree, UpdatePath(leaf, nodes), steps, commit_secret, TreeKeys(draft.own_leaf, leaf_private, privates))


def seal_commit(draft: Draft, path: Path, init_secret: InitSecret, psk: PskSecret) -> Sealed:
    """Sign the commit, derive the epoch it opens, and tag the commit with its confirmation (§8.1, §8.2)."""
    before = draft.before
    content = FramedContent(
        before.group_id,
        before.epoch,
        draft.sender,
        draft.authenticated_data,
        ContentType.COMMIT,
        Commit(draft.proposals, path.update_path),
    )
    signature = sign_content(draft.signature_seed, draft.wire_format, content, before.context)
    unconfirmed = AuthenticatedContent(draft.wire_format, content, FramedContentAuthData(signature, b""))
    confirmed = confirmed_transcript_hash(before.interim_transcript_hash, unconfirmed)
    context = _next_context(draft, path.tree, confirmed).encode()
    joiner = joiner_secret(init_secret, path.commit_secret, context)
    derived = derive_epoch(epoch_secret(joiner, psk, context))
    tag = confirmation_tag(derived[0].confirmation_key, confirmed)
    return Sealed(replace(unconfirmed, auth=FramedContentAuthData(signature, tag)), joiner, derived)
