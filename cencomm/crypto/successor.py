"""Successor groups: how a CUG goes on when a group cannot (PROTOCOL §2.1).

A commit with broken hidden parts passes every public check and freezes the group. The successor names its
predecessor's last epoch and transcript hash and takes over its latest roster; everybody in the roster joins it by
Welcome or by external commit. An organiser may start one at any time, any member after rejections by two officers of
one and the same commit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import ClassVar

from cencomm.crypto.group_context import CencommGroup, Predecessor, Role
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.errors import DomainError
from cencomm.ids import GroupId, OfficerId

OFFICERS_TO_REJECT = 2


class SuccessorRefused(DomainError):
    """A group that does not succeed the one before it; `reason` is a stable word."""

    code: ClassVar[str] = "successor.refused"


def link(predecessor: PublicGroup) -> Predecessor:
    """What the successor's `cencomm_group` says of the group before it."""
    context = predecessor.context
    return Predecessor(GroupId(context.group_id), context.epoch, context.confirmed_transcript_hash)


def successor_of(predecessor: PublicGroup, *, started_at_ms: int) -> CencommGroup:
    """The `cencomm_group` of a successor. Raises GroupContextInvalid, DecodeError."""
    before = CencommGroup.of(predecessor)
    return replace(before, version=0, started_at_ms=started_at_ms, predecessor=link(predecessor))


def may_start(group: CencommGroup, starter: OfficerId, rejected_by: Collection[OfficerId]) -> bool:
    """Whether `starter` may start the successor of `group`, a commit of which these officers rejected."""
    entry = group.entry(starter)
    if entry is None:
        return False
    return entry.role is Role.ORGANISER or len(set(rejected_by)) >= OFFICERS_TO_REJECT


def verify_link(predecessor: PublicGroup, successor: CencommGroup, successor_id: bytes) -> None:
    """That `successor` names the last epoch of `predecessor` and takes its roster over.

    Raises:
        SuccessorRefused: predecessor, group id, cug_id, roster, history or revocations differ.
        GroupContextInvalid, DecodeError: the predecessor has no `cencomm_group`.
    """
    before = CencommGroup.of(predecessor)
    if successor.predecessor != link(predecessor):
        raise SuccessorRefused(reason="predecessor")
    if successor_id == predecessor.group_id:
        raise SuccessorRefused(reason="group_id")
    if successor.cug_id != before.cug_id:
        raise SuccessorRefused(reason="cug_id")
    if successor.roster != before.roster:
        raise SuccessorRefused(reason="roster")
    if successor.history is not before.history:
        raise SuccessorRefused(reason="history")
    if successor.revocations != before.revocations:
        raise SuccessorRefused(reason="revocations")
