"""Groups to test the policy and the replay with: real MLS states of the people in `people`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cencomm.crypto.archive import new_archive_key
from cencomm.crypto.group_context import (
    CencommGroup,
    Role,
    RosterEntry,
    sign_archive_key,
    sorted_roster,
    with_extension,
)
from cencomm.crypto.head import Head, start
from cencomm.crypto.mls.public.extensions import Extension
from cencomm.crypto.mls.public.group import PublicGroup, stage_commit
from cencomm.crypto.mls.public.leaf_node import Lifetime
from cencomm.crypto.mls.public.proposals import Add, GroupContextExtensions, Proposal, Remove
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit, external_commit, process_commit
from cencomm.crypto.mls.secret.group import GroupState, create_group
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle, LeafIdentity, new_key_package
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.policy import (
    LEAF_CAPABILITIES,
    CommitData,
    Judged,
    credential_for,
    device_of,
    judge_commit,
    leaf_extensions,
)
from cencomm.crypto.primitives import DEFAULT_SUITE, Random, random_bytes
from cencomm.ids import CugId, DeviceId, GroupId
from tests.unit.crypto.people import DUBOIS, NOW_MS, NOW_S, OTIENO, SILVA, TRUST, YEAR_S, Person

CUG = CugId(b"c" * 16)
GROUP = GroupId(b"g" * 16)
LIFETIME = Lifetime(NOW_S - YEAR_S, NOW_S + YEAR_S)
ARCHIVE = new_archive_key(lambda count: b"a" * count)
"""Otieno's: he is the organiser."""


def identity(person: Person) -> LeafIdentity:
    return LeafIdentity(
        credential_for(person.chain),
        person.device_seed,
        person.device_key,
        LEAF_CAPABILITIES,
        leaf_extensions(person.chain),
    )


def entry(person: Person, role: Role = Role.OFFICER) -> RosterEntry:
    archive = None
    if role is Role.ORGANISER:
        archive = sign_archive_key(person.identity_seed, person.officer_id, ARCHIVE.public_key)
    return RosterEntry(person.officer_id, person.identity_key, role, archive)


def group_of(*entries: RosterEntry) -> CencommGroup:
    return CencommGroup(version=0, cug_id=CUG, started_at_ms=NOW_MS, roster=sorted_roster(entries))


def started(
    group: CencommGroup | None = None,
    *,
    by: Person = OTIENO,
    group_id: bytes = GROUP,
    extensions: Sequence[Extension] = (),
    lifetime: Lifetime = LIFETIME,
    random: Random = random_bytes,
) -> GroupState:
    """A group of one in epoch 0; Otieno is its organiser."""
    context = group or group_of(entry(OTIENO, Role.ORGANISER))
    return create_group(
        DEFAULT_SUITE,
        group_id,
        identity(by),
        lifetime=lifetime,
        extensions=(context.extension(), *extensions),
        random=random,
    )


def key_package(person: Person, *, lifetime: Lifetime = LIFETIME, random: Random = random_bytes) -> KeyPackageBundle:
    return new_key_package(DEFAULT_SUITE, identity(person), lifetime=lifetime, random=random)


def changed(state: GroupState, **changes: object) -> GroupContextExtensions:
    """The proposal that changes `cencomm_group` (its version too, unless told)."""
    now = CencommGroup.of(state.public)
    after = replace(now, **{"version": now.version + 1, **changes})  # type: ignore[arg-type]
    return GroupContextExtensions(with_extension(state.public.context.extensions, after))


def data(time_ms: int = NOW_MS, seen: Head | None = None) -> bytes:
    return CommitData(time_ms, seen or start(CUG)).encode()


def commit(
    state: GroupState,
    *proposals: Proposal,
    time_ms: int = NOW_MS,
    new_identity: LeafIdentity | None = None,
    random: Random = random_bytes,
) -> PendingCommit:
    return create_commit(state, proposals, authenticated_data=data(time_ms), new_identity=new_identity, random=random)


def judged(before: PublicGroup, message: bytes, *, last_time_ms: int = NOW_MS) -> Judged:
    return judge_commit(before, stage_commit(before, message), TRUST, last_time_ms=last_time_ms)


def leaf_of(state: GroupState, device_id: DeviceId) -> Remove:
    return Remove(next(index for index, leaf in state.public.tree.leaves() if device_of(leaf) == device_id))


@dataclass(frozen=True)
class Operation:
    """Otieno (organiser), Silva and Dubois (officers), each with one device, in one epoch."""

    otieno: GroupState
    silva: GroupState
    dubois: GroupState

    @property
    def public(self) -> PublicGroup:
        return self.otieno.public


def operation(*, random: Random = random_bytes) -> Operation:
    """Epoch 1 of a group of three."""
    people = (SILVA, DUBOIS)
    entries = [entry(OTIENO, Role.ORGANISER), *[entry(person) for person in people]]
    first = started(group_of(*entries), random=random)
    bundles = [key_package(person, random=random) for person in people]
    pending = commit(first, *[Add(bundle.key_package) for bundle in bundles], random=random)
    assert pending.welcome is not None
    joined = [join_by_welcome(pending.welcome, bundle) for bundle in bundles]
    return Operation(pending.state, joined[0], joined[1])


def add(person: Person, *, random: Random = random_bytes) -> Add:
    return Add(key_package(person, random=random).key_package)


def outside(
    state: GroupState, person: Person, *, remove: DeviceId | None = None, random: Random = random_bytes
) -> PendingCommit:
    """An external commit of `person`'s device."""
    place = None if remove is None else leaf_of(state, remove).removed
    return external_commit(state.group_info(), identity(person), remove=place, authenticated_data=data(), random=random)


def processed(state: GroupState, pending: PendingCommit) -> GroupState:
    return process_commit(state, stage_commit(state.public, pending.commit))
