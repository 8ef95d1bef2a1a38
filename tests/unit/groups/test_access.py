"""The one answer to who may see and send what."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from cencomm.crypto.group_context import Role
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.groups.access import EVERYTHING, NO_ACCESS, access, access_in
from cencomm.groups.model import CugState, EpochView, GroupView, Membership
from cencomm.ids import CugId, GroupId, OfficerId
from cencomm.wire.frames import EventKind

ROLES = list(Role)


def member(role: str, removed_seq: int | None = None) -> Membership:
    return Membership(OfficerId("KE/otieno"), role, 3, removed_seq)


def test_a_view_remembers_its_own_members_and_a_changed_one_asks_again() -> None:
    otieno = OfficerId("KE/otieno")
    epoch = EpochView(cast(PublicGroup, None), 0, {})
    view = GroupView(CugId(b"c"), CugState.OPEN, GroupId(b"g"), 0, 1, {otieno: member("organiser")}, epoch)
    assert access_in(view, otieno) is access_in(view, otieno)
    assert access_in(view, OfficerId("FR/petit")) == NO_ACCESS
    assert set(view.accesses) == {otieno}
    assert EventKind.CLOSED in access_in(view, otieno).sends
    assert not access_in(replace(view, state=CugState.CLOSED), otieno).sends
    assert access_in(replace(view, members={}), otieno) == NO_ACCESS


def test_a_stranger_sees_and_sends_nothing() -> None:
    assert access(CugState.OPEN, None) == NO_ACCESS
    assert not NO_ACCESS.any
    assert not NO_ACCESS.sees(1)


@pytest.mark.parametrize("role", ROLES)
def test_every_member_sees_the_whole_log(role: str) -> None:
    allowed = access(CugState.OPEN, member(role))
    assert allowed.is_current
    assert allowed.sees(1)
    assert allowed.sees(EVERYTHING)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", CugState)
def test_the_removed_sees_up_to_the_event_that_removed_him_and_sends_nothing(role: str, state: CugState) -> None:
    allowed = access(state, member(role, removed_seq=9))
    assert allowed.sees(9)
    assert not allowed.sees(10)
    assert not allowed.is_current
    assert not allowed.sends


@pytest.mark.parametrize("role", ROLES)
def test_only_the_organiser_closes(role: str) -> None:
    assert (EventKind.CLOSED in access(CugState.OPEN, member(role)).sends) == (role == "organiser")


@pytest.mark.parametrize("role", ROLES)
def test_who_has_no_leaf_sends_nothing(role: str) -> None:
    assert bool(access(CugState.OPEN, member(role)).sends) == (role not in {"observer", "auditor"})


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_sent_to_a_closed_cug_but_its_members_read_on(role: str) -> None:
    allowed = access(CugState.CLOSED, member(role))
    assert allowed.is_current
    assert not allowed.sends


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", CugState)
def test_files_are_for_present_members_with_a_leaf(role: str, state: CugState) -> None:
    has_leaf = role not in {"observer", "auditor"}
    allowed = access(state, member(role))
    assert allowed.reads_file(3, shared=False) == has_leaf
    assert allowed.attaches == (has_leaf and state is CugState.OPEN)
    removed = access(state, member(role, removed_seq=9))
    assert not removed.attaches
    assert not removed.reads_file(5, shared=True)
    assert not NO_ACCESS.attaches
    assert not NO_ACCESS.reads_file(5, shared=True)


def test_files_from_before_an_admission_follow_the_history_policy() -> None:
    allowed = access(CugState.OPEN, member("officer"))  # admitted by event 3
    assert allowed.reads_file(2, shared=True)
    assert not allowed.reads_file(2, shared=False)
    assert allowed.reads_file(3, shared=False)
