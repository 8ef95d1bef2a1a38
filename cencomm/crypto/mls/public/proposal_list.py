"""The proposals of one commit: may they stand together, and what do they make of the tree (RFC 9420 §12.2, §12.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cencomm.crypto.mls.public.commit import Commit
from cencomm.crypto.mls.public.extensions import Extension, ExtensionType, check_unique, find
from cencomm.crypto.mls.public.framing import AuthenticatedContent, ContentType, Sender
from cencomm.crypto.mls.public.key_package import MLS10, verify_key_package
from cencomm.crypto.mls.public.leaf_node import LeafNode, LeafNodeSource, verify_leaf
from cencomm.crypto.mls.public.proposals import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    PreSharedKeyId,
    Proposal,
    ProposalRef,
    ReInit,
    Remove,
    ResumptionPskRef,
    ResumptionUsage,
    Update,
)
from cencomm.crypto.mls.public.public_group import PublicGroup
from cencomm.crypto.mls.public.public_keys import is_public_key
from cencomm.crypto.mls.public.senders import check_authentic, decode_external_senders
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_checks import check_capabilities
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.primitives import HASH_BYTES

SentProposal = tuple[Proposal, Sender]

_NEEDS_NO_PATH = (Add, PreSharedKey, ReInit)

_P = TypeVar("_P", Add, Update, Remove, PreSharedKey, ReInit, ExternalInit, GroupContextExtensions)


@dataclass(frozen=True, slots=True)
class Applied:
    """What the proposals of a commit make of a group, before its path."""

    tree: RatchetTree
    extensions: tuple[Extension, ...]
    added: tuple[tuple[LeafIndex, LeafNode], ...]
    removed: tuple[tuple[LeafIndex, LeafNode], ...]
    updated: tuple[tuple[LeafIndex, LeafNode], ...]
    psks: tuple[PreSharedKeyId, ...]
    re_init: ReInit | None
    external_init: ExternalInit | None


def resolve(
    group: PublicGroup, commit: Commit, sender: Sender, known: Mapping[bytes, AuthenticatedContent]
) -> tuple[SentProposal, ...]:
    """The proposals of a commit with their senders, in order; those named by reference are looked up in `known`.

    Raises:
        MlsError: V315, V316 or V317, or what `check_authentic` raises for a proposal in `known`.
    """
    resolved: list[SentProposal] = []
    named: set[bytes] = set()
    for item in commit.proposals:
        if not isinstance(item, ProposalRef):
            resolved.append((item, sender))
            continue
        if item.reference in named:
            raise refuse("V316")
        named.add(item.reference)
        resolved.append(_look_up(group, item.reference, known))
    return tuple(resolved)


def _look_up(group: PublicGroup, reference: bytes, known: Mapping[bytes, AuthenticatedContent]) -> SentProposal:
    authenticated = known.get(reference)
    if authenticated is None or authenticated.proposal_reference() != reference:
        raise refuse("V315")
    content = authenticated.content
    same_epoch = (content.group_id, content.epoch) == (group.group_id, group.epoch)
    if not same_epoch or content.content_type is not ContentType.PROPOSAL:
        raise refuse("V317")
    check_authentic(group, authenticated)
    assert not isinstance(content.content, bytes | Commit)
    return content.content, content.sender


def of_type(proposals: Iterable[SentProposal], kind: type[_P]) -> list[_P]:
    return [proposal for proposal, _ in proposals if isinstance(proposal, kind)]


def check_path_present(proposals: Sequence[SentProposal], *, has_path: bool) -> None:
    """Raises `MlsError` V311 if the commit needs a path and has none (§12.4)."""
    if has_path or (proposals and all(isinstance(proposal, _NEEDS_NO_PATH) for proposal, _ in proposals)):
        return
    raise refuse("V311")


def check_member_list(group: PublicGroup, proposals: Sequence[SentProposal], committer: LeafIndex) -> None:
    """The rules for the list of a member's commit (§12.2).

    Raises:
        MlsError: V300-V308 or V312-V314.
    """
    if of_type(proposals, ExternalInit):
        raise refuse("V308")
    if of_type(proposals, ReInit) and len(proposals) > 1:
        raise refuse("V307")
    touched = _touched(proposals)
    for proposal, sender in proposals:
        if isinstance(proposal, Update) and sender == Sender.member(committer):
            raise refuse("V300")
    if any(remove.removed == committer for remove in of_type(proposals, Remove)):
        raise refuse("V301")
    _check_leaves(group, touched)
    added = [add.key_package.leaf_node.signature_key for add in of_type(proposals, Add)]
    if len(set(added)) != len(added):
        raise refuse("V303")
    if len(of_type(proposals, GroupContextExtensions)) > 1:
        raise refuse("V306")
    _check_psks(proposals)
    for re_init in of_type(proposals, ReInit):
        if re_init.version < MLS10:
            raise refuse("V314", version=re_init.version)


def check_external_list(group: PublicGroup, commit: Commit, proposals: Sequence[SentProposal]) -> None:
    """The rules for the list of an external commit (§12.2, §12.4.3.2).

    Raises:
        MlsError: V304, V305, V312, V313 or V320-V325.
    """
    if commit.path is None:
        raise refuse("V324")
    if any(isinstance(item, ProposalRef) for item in commit.proposals):
        raise refuse("V323")
    if any(not isinstance(proposal, ExternalInit | Remove | PreSharedKey) for proposal, _ in proposals):
        raise refuse("V322")
    inits = of_type(proposals, ExternalInit)
    if len(inits) != 1:
        raise refuse("V320", count=len(inits))
    if not is_public_key(inits[0].kem_output):
        raise refuse("V325")
    if len(of_type(proposals, Remove)) > 1:
        raise refuse("V321")
    _check_leaves(group, _touched(proposals))
    _check_psks(proposals)


def _touched(proposals: Iterable[SentProposal]) -> list[LeafIndex]:
    """The leaves that are updated or removed, as often as they are."""
    leaves: list[LeafIndex] = []
    for proposal, sender in proposals:
        if isinstance(proposal, Remove):
            leaves.append(proposal.removed)
        elif isinstance(proposal, Update) and sender.leaf_index is not None:
            leaves.append(sender.leaf_index)
    return leaves


def _check_leaves(group: PublicGroup, touched: Sequence[LeafIndex]) -> None:
    for leaf, times in Counter(touched).items():
        if times > 1:
            raise refuse("V302", leaf_index=leaf)
        if group.tree.leaf(leaf) is None:
            raise refuse("V304", leaf_index=leaf)


def _check_psks(proposals: Sequence[SentProposal]) -> None:
    ids = [proposal.psk for proposal in of_type(proposals, PreSharedKey)]
    if len(set(ids)) != len(ids):
        raise refuse("V305")
    for psk in ids:
        if isinstance(psk.key, ResumptionPskRef) and psk.key.usage is not ResumptionUsage.APPLICATION:
            raise refuse("V312", usage=int(psk.key.usage))
        if len(psk.nonce) != HASH_BYTES:
            raise refuse("V313")


def apply(group: PublicGroup, proposals: Sequence[SentProposal]) -> Applied:
    """The group after proposals whose list was checked, in the order of §12.3.

    Each new leaf is checked by itself and against the group's parameters; whether keys and credentials fit all
    members together is for the caller, who knows the path.

    Raises:
        MlsError: V102-V105, V110-V118, V121-V124, V318 or V342.
        DecodeError: a known extension of the new group context is malformed.
    """
    tree, extensions = group.tree, _new_extensions(group, proposals)
    updated: list[tuple[LeafIndex, LeafNode]] = []
    removed: list[tuple[LeafIndex, LeafNode]] = []
    added: list[tuple[LeafIndex, LeafNode]] = []
    for proposal, sender in proposals:
        if isinstance(proposal, Update):
            index = sender.leaf_index
            assert index is not None, "only a member may send an Update (V141)"
            _check_update(group, index, proposal.leaf_node)
            tree = tree.update(index, proposal.leaf_node)
            updated.append((index, proposal.leaf_node))
    for remove in of_type(proposals, Remove):
        leaf = group.tree.leaf(remove.removed)
        assert leaf is not None, "the list was checked (V304)"
        tree = tree.remove(remove.removed)
        removed.append((remove.removed, leaf))
    for add in of_type(proposals, Add):
        verify_key_package(add.key_package, group.suite)
        tree, place = tree.add(add.key_package.leaf_node)
        added.append((place, add.key_package.leaf_node))
    changed = [leaf for _, leaf in (*updated, *added)]
    if extensions != group.context.extensions:
        changed = [leaf for _, leaf in tree.leaves()]
    check_capabilities(changed, group.suite, extensions)
    return Applied(
        tree=tree,
        extensions=extensions,
        added=tuple(added),
        removed=tuple(removed),
        updated=tuple(updated),
        psks=tuple(proposal.psk for proposal in of_type(proposals, PreSharedKey)),
        re_init=next(iter(of_type(proposals, ReInit)), None),
        external_init=next(iter(of_type(proposals, ExternalInit)), None),
    )


def _check_update(group: PublicGroup, index: LeafIndex, leaf: LeafNode) -> None:
    if leaf.source is not LeafNodeSource.UPDATE:
        raise refuse("V111", source=int(leaf.source))
    verify_leaf(leaf, group.group_id, index)
    before = group.tree.leaf(index)
    assert before is not None, "the list was checked (V304)"
    if leaf.encryption_key == before.encryption_key:
        raise refuse("V318", leaf_index=index)


def _new_extensions(group: PublicGroup, proposals: Sequence[SentProposal]) -> tuple[Extension, ...]:
    for proposal in of_type(proposals, GroupContextExtensions):
        check_unique(proposal.extensions)
        senders = find(proposal.extensions, ExtensionType.EXTERNAL_SENDERS)
        if senders is not None:
            decode_external_senders(senders)
        return proposal.extensions
    return group.context.extensions
