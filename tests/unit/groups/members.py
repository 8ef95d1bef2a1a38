"""Real members for tests of the server side: they make the groups, commits and records that it judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cencomm.crypto import head, policy
from cencomm.crypto.certificates import CHAIN_EXTENSION
from cencomm.crypto.events import CommitBody, GroupStart
from cencomm.crypto.group_context import (
    CENCOMM_GROUP,
    CencommGroup,
    History,
    Role,
    RosterEntry,
    sorted_roster,
    with_extension,
)
from cencomm.crypto.mls.public.extensions import Capabilities, Extension
from cencomm.crypto.mls.public.leaf_node import Credential, Lifetime
from cencomm.crypto.mls.public.proposals import Add, GroupContextExtensions, Proposal, Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit, external_commit
from cencomm.crypto.mls.secret.group import GroupState, create_group
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle, LeafIdentity, new_key_package
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.primitives import CipherSuite
from cencomm.crypto.records import content_key, seal_record
from cencomm.ids import ClientRef, CugId, GroupId, new_client_ref, new_group_id
from cencomm.wire.frames import Commit, WelcomeFor
from tests.unit.crypto.people import NOW_MS, NOW_S, YEAR_S, Person

SUITE = CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519
LIFETIME = Lifetime(NOW_S - 3600, NOW_S + YEAR_S // 2)


def identity_of(person: Person) -> LeafIdentity:
    capabilities = Capabilities(
        versions=(1,), cipher_suites=(int(SUITE),), extensions=(CENCOMM_GROUP, CHAIN_EXTENSION), credentials=(1,)
    )
    return LeafIdentity(
        Credential(1, person.device_id.encode()),
        person.device_seed,
        person.device_key,
        capabilities,
        (Extension(CHAIN_EXTENSION, person.chain.encode()),),
    )


def entry_of(person: Person, role: Role = Role.OFFICER) -> RosterEntry:
    return RosterEntry(person.officer_id, person.identity_key, role)


def key_package_of(person: Person) -> KeyPackageBundle:
    return new_key_package(SUITE, identity_of(person), lifetime=LIFETIME)


@dataclass(frozen=True)
class Made:
    """A commit as the committer sends it, and what he waits with until it comes back."""

    frame: Commit
    pending: PendingCommit
    bundles: tuple[tuple[Person, KeyPackageBundle], ...] = ()


@dataclass
class Member:
    """One device with its state of the group."""

    person: Person
    cug_id: CugId
    state: GroupState

    @classmethod
    def opening(
        cls,
        person: Person,
        cug_id: CugId,
        *others: RosterEntry,
        group_id: GroupId | None = None,
        at_ms: int = NOW_MS,
        history: History = History.FULL,
    ) -> Member:
        """The organiser, in epoch 0 of a group of his own."""
        roster = sorted_roster([entry_of(person, Role.ORGANISER), *others])
        group = CencommGroup(version=0, cug_id=cug_id, started_at_ms=at_ms, roster=roster, history=history)
        return cls(person, cug_id, _created(person, group, group_id))

    @classmethod
    def welcomed(cls, person: Person, made: Made) -> Member:
        """One whom the commit admits, in the epoch that it makes."""
        bundle = next(bundle for added, bundle in made.bundles if added == person)
        return cls(person, CugId(made.frame.cug_id), join_by_welcome(made.frame.welcomes[0].welcome, bundle))

    def start_body(self) -> bytes:
        return GroupStart(GroupId(self.state.group_id), self.state.group_info()).encode()

    def succeeding(self, group: CencommGroup) -> Member:
        """The first member of a successor group."""
        return Member(self.person, self.cug_id, _created(self.person, group, None))

    def commit(
        self,
        proposals: Sequence[Proposal] = (),
        added: Sequence[tuple[Person, KeyPackageBundle]] = (),
        *,
        at_ms: int = NOW_MS,
    ) -> Made:
        data = policy.CommitData(at_ms, head.start(self.cug_id)).encode()
        pending = create_commit(self.state, proposals, authenticated_data=data)
        welcome = pending.welcome or b""
        welcomes = tuple(WelcomeFor(person.device_id, bundle.reference, welcome) for person, bundle in added)
        return Made(self._frame(pending, self.state, welcomes), pending, tuple(added))

    def admitting(self, *people: Person, role: Role = Role.OFFICER, at_ms: int = NOW_MS) -> Made:
        """The organiser's commit that puts officers into the roster and adds a device of each."""
        group = CencommGroup.of(self.state.public)
        present = {entry.officer_id for entry in group.roster}
        roster = [*group.roster, *(entry_of(person, role) for person in people if person.officer_id not in present)]
        bundles = [(person, key_package_of(person)) for person in people]
        proposals: list[Proposal] = [Add(bundle.key_package) for _, bundle in bundles]
        if len(roster) > len(group.roster):
            proposals.append(self._roster_change(group, roster))
        return self.commit(proposals, bundles, at_ms=at_ms)

    def removing(self, person: Person) -> Made:
        group = CencommGroup.of(self.state.public)
        roster = [entry for entry in group.roster if entry.officer_id != person.officer_id]
        leaves = [
            index
            for index, leaf in self.state.public.tree.leaves()
            if policy.chain_of(leaf).officer_id == person.officer_id
        ]
        return self.commit([*(Remove(LeafIndex(index)) for index in leaves), self._roster_change(group, roster)])

    def merge(self, made: Made) -> None:
        self.state = made.pending.state

    def record(self, content: bytes = b"content", client_ref: ClientRef | None = None) -> tuple[ClientRef, bytes]:
        """A sealed record of the present epoch."""
        ref = client_ref or new_client_ref()
        group_id = GroupId(self.state.group_id)
        body = seal_record(
            cug_id=self.cug_id,
            group_id=group_id,
            epoch=self.state.epoch,
            context_hash=self.state.public.context_hash(),
            leaf_index=self.state.own_leaf_index,
            client_ref=ref,
            content_key=content_key(self.state.export, group_id),
            public=None,
            personal=content,
            sent_at_ms=NOW_MS,
            seen=head.start(self.cug_id),
            signature_seed=self.person.device_seed,
        )
        return ref, body

    def _roster_change(self, group: CencommGroup, roster: Sequence[RosterEntry]) -> GroupContextExtensions:
        changed = replace(group, version=group.version + 1, roster=sorted_roster(roster))
        return GroupContextExtensions(with_extension(self.state.public.context.extensions, changed))

    def _frame(self, pending: PendingCommit, before: GroupState, welcomes: tuple[WelcomeFor, ...]) -> Commit:
        body = CommitBody(GroupId(before.group_id), before.epoch, pending.commit).encode()
        return Commit(self.cug_id, new_client_ref(), body, pending.group_info, welcomes)


def joining(person: Person, cug_id: CugId, group_info: bytes, before: GroupState, *, at_ms: int = NOW_MS) -> Made:
    """A further device of a member, by external commit."""
    data = policy.CommitData(at_ms, head.start(cug_id)).encode()
    pending = external_commit(group_info, identity_of(person), authenticated_data=data)
    body = CommitBody(GroupId(before.group_id), before.epoch, pending.commit).encode()
    return Made(Commit(cug_id, new_client_ref(), body, pending.group_info), pending)


def _created(person: Person, group: CencommGroup, group_id: GroupId | None) -> GroupState:
    return create_group(
        SUITE,
        group_id or new_group_id(),
        identity_of(person),
        lifetime=LIFETIME,
        extensions=with_extension((), group),
    )
