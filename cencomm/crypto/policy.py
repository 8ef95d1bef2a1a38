"""The commit policy: what CENcomm allows beyond MLS (PROTOCOL §2.3), as a pure function.

The same code on every client and on the server, of public group state, commit and pinned root; no clock.

    who                          may commit
    organiser                    Add, Remove, GroupContextExtensions (only cencomm_group, version + 1), together
    any member                   an empty commit; Remove of revoked leaves and the signed revocation appended
    a new device of a member     external commit: ExternalInit and at most the Remove of its own old leaf

The rules have numbers in `crypto.policy_rules`; those for leaves and roster stand in `crypto.policy_leaves`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from cencomm.crypto.certificates import Chain, Trust
from cencomm.crypto.group_context import (
    CENCOMM_GROUP,
    CencommGroup,
    GroupContextInvalid,
    Role,
)
from cencomm.crypto.head import Head, read_head
from cencomm.crypto.mls.public.extensions import Extension, ExtensionType
from cencomm.crypto.mls.public.group import PublicGroup, StagedCommit
from cencomm.crypto.mls.public.leaf_node import LeafNode
from cencomm.crypto.mls.public.proposals import Add, ExternalInit, GroupContextExtensions, Remove
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.policy_leaves import (
    LEAF_CAPABILITIES,
    MAX_DEVICES,
    archive_key_of,
    chain_of,
    check_leaves,
    check_revocations,
    check_roster,
    check_time,
    credential_for,
    device_of,
    devices,
    leaf_extensions,
)
from cencomm.crypto.policy_rules import RULES, PolicyRefused, Rule, refuse
from cencomm.crypto.revocation import index, is_revoked
from cencomm.crypto.successor import SuccessorRefused, may_start, verify_link
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.ids import ID_BYTES, DeviceId, OfficerId, officer_of

__all__ = [
    "LEAF_CAPABILITIES",
    "MAX_DEVICES",
    "RULES",
    "CommitData",
    "Judged",
    "JudgedStart",
    "PolicyRefused",
    "Rule",
    "archive_key_of",
    "chain_of",
    "credential_for",
    "device_of",
    "judge_commit",
    "judge_start",
    "leaf_extensions",
]

_DATA_VERSION = 1
_BY_MEMBERS = (Add, Remove, GroupContextExtensions)
_FROM_OUTSIDE = (ExternalInit, Remove)
_AT_START = frozenset({CENCOMM_GROUP, int(ExtensionType.REQUIRED_CAPABILITIES)})


@dataclass(frozen=True, slots=True)
class CommitData:
    """What a commit's `authenticated_data` holds: its time and the last event that its sender had verified."""

    time_ms: int
    seen: Head

    def encode(self) -> bytes:
        return Writer().u16(_DATA_VERSION).u64(self.time_ms).raw(self.seen.encode()).bytes()

    @classmethod
    def decode(cls, data: bytes) -> CommitData:
        """Raises DecodeError."""
        return decode_all(data, _read_commit_data)


def _read_commit_data(reader: Reader) -> CommitData:
    if reader.u16() != _DATA_VERSION:
        raise DecodeError("commit_data_version")
    return CommitData(reader.safe_u64(), read_head(reader))


@dataclass(frozen=True, slots=True)
class Judged:
    """A commit that the policy allows, and what it changes; devices that only renew their leaf are in neither list."""

    time_ms: int
    seen: Head
    committer: DeviceId
    before: CencommGroup
    after: CencommGroup
    added: tuple[DeviceId, ...]
    removed: tuple[DeviceId, ...]
    external: bool

    @property
    def identity_changed(self) -> tuple[OfficerId, ...]:
        """Officers who have another identity key now: to be shown."""
        keys = {entry.officer_id: entry.identity_key for entry in self.before.roster}
        changed = [
            entry for entry in self.after.roster if keys.get(entry.officer_id, entry.identity_key) != entry.identity_key
        ]
        return tuple([entry.officer_id for entry in changed])


@dataclass(frozen=True, slots=True)
class JudgedStart:
    """The start of a group that the policy allows."""

    time_ms: int
    committer: DeviceId
    after: CencommGroup


# ---------------------------------------------------------------- commits


def judge_commit(before: PublicGroup, staged: StagedCommit, trust: Trust, *, last_time_ms: int) -> Judged:
    """Whether a commit that MLS allows is allowed here, and what it means.

    Args:
        before: the epoch it was made in, itself judged.
        staged: the commit after every public check of RFC 9420.
        last_time_ms: the time of the commit before, or of the group's start.

    Raises:
        PolicyRefused: with the number of the rule.
        GroupContextInvalid, DecodeError: `before` is not a group of ours.
    """
    if staged.by_reference:
        raise refuse("P01")
    if staged.path is None:
        raise refuse("P02")
    data = _commit_data(staged, last_time_ms)
    group_before = CencommGroup.of(before)
    group_after = _group_after(before, staged)
    committer = _check_committer(before, staged)
    check_leaves(staged.tree, group_after, trust)
    _check_changes(group_before, group_after)
    check_revocations(
        group_before.revocations, group_after.revocations, trust, [*_chains(before.tree), *_chains(staged.tree)]
    )
    _check_powers(group_before, group_after, staged, committer)
    check_time([leaf for _, leaf in staged.added] + [staged.path.leaf_node], trust, data.time_ms)
    devices_before, devices_after = devices(before.tree), devices(staged.tree)
    return Judged(
        time_ms=data.time_ms,
        seen=data.seen,
        committer=committer,
        before=group_before,
        after=group_after,
        added=tuple(sorted(devices_after - devices_before)),
        removed=tuple(sorted(devices_before - devices_after)),
        external=staged.external,
    )


def _commit_data(staged: StagedCommit, last_time_ms: int) -> CommitData:
    try:
        data = CommitData.decode(staged.authenticated_data)
    except DecodeError as malformed:
        raise refuse("P03", reason=malformed.facts["reason"]) from None
    if data.time_ms < last_time_ms:
        raise refuse("P04", time_ms=data.time_ms, last_time_ms=last_time_ms)
    return data


def _group_after(before: PublicGroup, staged: StagedCommit) -> CencommGroup:
    """The new `cencomm_group`, if nothing else in the group context was touched (P05, P11)."""
    allowed = _FROM_OUTSIDE if staged.external else _BY_MEMBERS
    for proposal, _ in staged.proposals:
        if not isinstance(proposal, allowed):
            raise refuse("P05", proposal=type(proposal).__name__)
    if _others(before.context.extensions) != _others(staged.context.extensions):
        raise refuse("P11", reason="other_extensions")
    try:
        return CencommGroup.among(staged.context.extensions)
    except (GroupContextInvalid, DecodeError) as invalid:
        raise refuse("P11", reason=invalid.facts["reason"]) from None


def _others(extensions: Collection[Extension]) -> list[Extension]:
    return [extension for extension in extensions if extension.extension_type != CENCOMM_GROUP]


def _check_committer(before: PublicGroup, staged: StagedCommit) -> DeviceId:
    """The device that committed; its leaf is no other's than before (P09, P10)."""
    assert staged.path is not None
    chain = chain_of(staged.path.leaf_node)
    if staged.external:
        for _, leaf in staged.removed:
            old_chain = chain_of(leaf)
            if (old_chain.device_id, old_chain.identity_key) != (chain.device_id, chain.identity_key):
                raise refuse("P09", device_id=chain.device_id)
        return chain.device_id
    old = before.tree.leaf(staged.committer_leaf_index)
    assert old is not None, "a member's leaf stays where it is"
    if chain_of(old).device_id != chain.device_id:
        raise refuse("P10", device_id=chain.device_id)
    return chain.device_id


def _chains(tree: RatchetTree) -> list[Chain]:
    return [chain_of(leaf) for _, leaf in tree.leaves()]


def _check_changes(before: CencommGroup, after: CencommGroup) -> None:
    """What nobody may change, and what every change must keep (P12, P13, P15-P17)."""
    if after == before:
        return
    if after.version != before.version + 1:
        raise refuse("P12", before=before.version, after=after.version)
    if (after.cug_id, after.started_at_ms, after.predecessor) != (
        before.cug_id,
        before.started_at_ms,
        before.predecessor,
    ):
        raise refuse("P13")
    check_roster(after)


def _check_powers(before: CencommGroup, after: CencommGroup, staged: StagedCommit, committer: DeviceId) -> None:
    """What the committer's role in the group before the commit allows (P06-P08, P12)."""
    kinds = [type(proposal) for proposal, _ in staged.proposals]
    if GroupContextExtensions in kinds and after == before:
        raise refuse("P12", before=before.version, after=after.version)
    entry = before.entry(officer_of(committer))
    if staged.external or (entry is not None and entry.role is Role.ORGANISER):
        return
    if Add in kinds:
        raise refuse("P06", committer=committer)
    revoked = index(after.revocations)
    for _, leaf in staged.removed:
        if not is_revoked(chain_of(leaf), revoked):
            raise refuse("P07", committer=committer, device_id=device_of(leaf))
    if after != replace(before, version=after.version, revocations=after.revocations):
        raise refuse("P08", committer=committer)


# ---------------------------------------------------------------- starts


def judge_start(
    group: PublicGroup,
    trust: Trust,
    *,
    predecessor: PublicGroup | None,
    last_time_ms: int = 0,
    rejected_by: Collection[OfficerId] = (),
) -> JudgedStart:
    """Whether a group may start a CUG, or succeed `predecessor` in it.

    Args:
        group: epoch 0, after every public check of its GroupInfo.
        last_time_ms: the time of the predecessor's last commit.
        rejected_by: officers who rejected one and the same commit of the predecessor.

    Raises:
        PolicyRefused: with the number of the rule.
    """
    _check_first_epoch(group)
    after = _group_at_start(group)
    starter = next(iter(group.tree.leaves()))[1]
    committer = device_of(starter)
    check_roster(after)
    check_leaves(group.tree, after, trust)
    if predecessor is None:
        _check_first_group(after, starter, trust)
    else:
        _check_successor(group, after, predecessor, officer_of(committer), rejected_by)
    if after.started_at_ms < last_time_ms:
        raise refuse("P04", time_ms=after.started_at_ms, last_time_ms=last_time_ms)
    check_time([starter], trust, after.started_at_ms)
    return JudgedStart(after.started_at_ms, committer, after)


def _check_first_epoch(group: PublicGroup) -> None:
    if group.epoch != 0 or group.tree.member_count != 1 or len(group.group_id) != ID_BYTES:
        raise refuse("P30", epoch=group.epoch, members=group.tree.member_count)
    types = {extension.extension_type for extension in group.context.extensions}
    if not types <= _AT_START:
        raise refuse("P31", extension=min(types - _AT_START))


def _group_at_start(group: PublicGroup) -> CencommGroup:
    try:
        return CencommGroup.of(group)
    except (GroupContextInvalid, DecodeError) as invalid:
        raise refuse("P31", reason=invalid.facts["reason"]) from None


def _check_first_group(after: CencommGroup, starter: LeafNode, trust: Trust) -> None:
    if after.predecessor is not None:
        raise refuse("P32", reason="no_group_before")
    entry = after.entry(chain_of(starter).officer_id)
    if entry is None or entry.role is not Role.ORGANISER:
        raise refuse("P33")
    check_revocations((), after.revocations, trust, [chain_of(starter)])


def _check_successor(
    group: PublicGroup,
    after: CencommGroup,
    predecessor: PublicGroup,
    starter: OfficerId,
    rejected_by: Collection[OfficerId],
) -> None:
    if after.predecessor is None:
        raise refuse("P32", reason="group_before")
    try:
        verify_link(predecessor, after, group.group_id)
    except SuccessorRefused as refused:
        reason = refused.facts["reason"]
        raise refuse("P32" if reason in ("predecessor", "group_id") else "P35", reason=reason) from None
    if not may_start(after, starter, rejected_by):
        raise refuse("P34", rejections=len(set(rejected_by)))
