"""Who is in: admitting, removing, roles, revocations (PROTOCOL §1.5, §2.2, §2.3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from cencomm.client import model
from cencomm.client.committer import Committer, Intent
from cencomm.client.engine.committing import Invited
from cencomm.client.engine.device import Device
from cencomm.client.engine.engine import CugEngine
from cencomm.client.errors import IdentityChanged, KeyPackageForged, NothingToChange, OfficerUnknown
from cencomm.client.http import Api
from cencomm.client.model import OfficerRow, unpack
from cencomm.client.profile import Profile
from cencomm.client.revocations import known_lists, require_fresh
from cencomm.crypto.certificates import (
    Certificate,
    CertificateInvalid,
    Chain,
    Kind,
    verify_certificate,
    verify_chain,
)
from cencomm.crypto.group_context import (
    ARCHIVE_EXTENSION,
    ArchiveKey,
    CencommGroup,
    Role,
    RosterEntry,
    holds_leaf,
    may_extract,
    sorted_roster,
    with_extension,
)
from cencomm.crypto.mls.public.extensions import find
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.proposals import Add, GroupContextExtensions, Proposal, Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.policy import chain_of, device_of
from cencomm.crypto.revocation import ROOT, index, is_revoked, revoked_entry
from cencomm.crypto.tls import DecodeError
from cencomm.errors import DomainError
from cencomm.ids import OfficerId, administration_of, officer_of
from cencomm.wire.http import AccountKeyPackages, CertificatesOut


@dataclass(frozen=True, slots=True)
class GuestDevice:
    """A device whose key package has been checked."""

    chain: Chain
    key_package: KeyPackage
    archive_key: ArchiveKey | None


@dataclass(frozen=True, slots=True)
class Guest:
    """An officer to be admitted; his devices without a key package join from outside when they connect."""

    identity_key: bytes
    archive_key: ArchiveKey | None
    devices: tuple[GuestDevice, ...]


class Membership:
    """The organiser's side of one CUG."""

    def __init__(self, engine: CugEngine, committer: Committer, api: Api, profile: Profile) -> None:
        self._engine = engine
        self._committer = committer
        self._api = api
        self._profile = profile

    async def admit(self, officers: Mapping[OfficerId, Role], *, accept_new_identity: bool = False) -> None:
        """Add officers with all their devices, or give them another role, in one commit.

        Raises:
            OfficerUnknown, KeyPackageForged, IdentityChanged, RevocationsStale, NothingToChange, CommitKeptLosing.
        """
        await require_fresh(self._api, self._profile, self._engine.memory.device, self._engine.clock)
        guests = await self._invite(officers, accept_new_identity=accept_new_identity)

        async def build() -> Intent | None:
            return admission(_group(self._engine), officers, guests)

        if not await self._committer.commit(build):
            raise NothingToChange(officers=", ".join(sorted(officers)))

    async def remove(self, officers: Iterable[OfficerId]) -> None:
        """Remove officers with all their devices. Raises NothingToChange, CommitKeptLosing."""
        names = frozenset(officers)

        async def build() -> Intent | None:
            return removal(_group(self._engine), names)

        if not await self._committer.commit(build):
            raise NothingToChange(officers=", ".join(sorted(names)))

    async def revoke(self) -> bool:
        """Remove the leaves that newer revocation lists name, if there are any (any member may)."""

        async def build() -> Intent | None:
            return revocation(_group(self._engine), self._profile)

        return await self._committer.commit(build)

    async def renew(self, due: Callable[[], bool] = lambda: True) -> None:
        """An empty commit, a fresh epoch and a fresh leaf of ours, while it is `due`: another's may have come first."""

        async def build() -> Intent | None:
            return Intent(()) if due() else None

        await self._committer.commit(build)

    async def _invite(self, officers: Mapping[OfficerId, Role], *, accept_new_identity: bool) -> dict[OfficerId, Guest]:
        present = {entry.officer_id for entry in CencommGroup.of(_group(self._engine)).roster}
        wanted = [name for name in officers if name not in present]
        devices: dict[OfficerId, list[GuestDevice]] = {}
        revoked = index(known_lists(self._profile))
        for start in range(0, len(wanted), _ACCOUNTS_AT_ONCE):
            accounts = tuple([str(name) for name in wanted[start : start + _ACCOUNTS_AT_ONCE]])
            for answer in await self._api.take_key_packages(self._engine.cug_id, accounts):
                found = check_guests(self._engine.memory.device, answer, self._engine.clock.now_ms())
                devices[OfficerId(answer.account)] = [guest for guest in found if not is_revoked(guest.chain, revoked)]
        guests: dict[OfficerId, Guest] = {}
        for name in wanted:
            guests[name] = await self._guest(name, officers[name], devices.get(name, []))
            if not accept_new_identity:
                self._same_identity(name, guests[name].identity_key)
        return guests

    async def _guest(self, name: OfficerId, role: Role, devices: list[GuestDevice]) -> Guest:
        if devices:
            return Guest(devices[0].chain.identity_key, devices[0].archive_key, tuple(devices))
        if may_extract(role):
            raise OfficerUnknown(officer=name, reason="no_archive_key")
        said = await self._api.certificates(name)
        return Guest(self._certified_identity(name, said), None, ())

    def _certified_identity(self, name: OfficerId, said: CertificatesOut) -> bytes:
        """The identity key that the officer's NCP vouches for, from the pinned root down."""
        if said.ncp_certificate is None or said.officer_certificate is None:
            raise OfficerUnknown(officer=name)
        trust, now_s = self._engine.memory.device.trust, self._engine.clock.now_ms() // 1000
        revoked = index(known_lists(self._profile))
        try:
            ncp, officer = Certificate.decode(said.ncp_certificate), Certificate.decode(said.officer_certificate)
            verify_certificate(ncp, trust.root_public_key, trust.deployment_id, now_s)
            verify_certificate(officer, ncp.public_key, trust.deployment_id, now_s)
        except (DecodeError, CertificateInvalid) as error:
            raise KeyPackageForged(officer=name, reason=error.code) from None
        if (ncp.kind, officer.kind) != (Kind.NCP, Kind.OFFICER) or officer.subject != name:
            raise KeyPackageForged(officer=name, reason="other_officer")
        if ncp.subject != administration_of(name):
            raise KeyPackageForged(officer=name, reason="other_administration")
        if revoked_entry(ncp, revoked) or revoked_entry(officer, revoked):
            raise OfficerUnknown(officer=name, reason="revoked")
        return officer.public_key

    def _same_identity(self, name: OfficerId, identity_key: bytes) -> None:
        data = self._profile.read().get(model.OFFICERS, name.encode())
        if data is not None and unpack(OfficerRow, data).identity_key != identity_key:
            raise IdentityChanged(officer=name)


_ACCOUNTS_AT_ONCE = 100


def _group(engine: CugEngine) -> PublicGroup:
    group = engine.memory.group
    assert group is not None, "a member has a group"
    return group


def check_guests(device: Device, answer: AccountKeyPackages, now_ms: int) -> list[GuestDevice]:
    """The devices of one officer, each proven by its own chain from the pinned root (PROTOCOL §1.1).

    Raises:
        KeyPackageForged: one is not what the server says, or they do not share one identity.
    """
    guests = [
        _check_guest(device, answer.account, given.device_id, given.key_package, now_ms)
        for given in answer.key_packages
    ]
    if len({guest.chain.identity_key for guest in guests}) > 1:
        raise KeyPackageForged(officer=answer.account, reason="several_identities")
    return guests


def _check_guest(device: Device, account: str, device_id: str, message: bytes, now_ms: int) -> GuestDevice:
    try:
        body = decode_message(message).body
        if not isinstance(body, KeyPackage):
            raise KeyPackageForged(officer=account, reason="not_a_key_package")
        chain = chain_of(body.leaf_node)
        verify_chain(chain, device.trust, now_ms // 1000)
        data = find(body.leaf_node.extensions, ARCHIVE_EXTENSION)
        archive_key = None if data is None else ArchiveKey.decode(data)
        if archive_key is not None:
            archive_key.verify(chain.officer_id, chain.identity_key)
    except KeyPackageForged:
        raise
    except DomainError as error:
        raise KeyPackageForged(officer=account, reason=error.code) from None
    if chain.officer_id != account or chain.device_id != device_id or device_of(body.leaf_node) != device_id:
        raise KeyPackageForged(officer=account, reason="other_officer")
    if body.leaf_node.signature_key != chain.device.public_key:
        raise KeyPackageForged(officer=account, reason="other_key")
    return GuestDevice(chain, body, archive_key)


# ---------------------------------------------------------------- intents, from the group as it is now


def admission(
    group: PublicGroup, officers: Mapping[OfficerId, Role], guests: Mapping[OfficerId, Guest]
) -> Intent | None:
    """The commit that makes `officers` members in these roles; None if all are."""
    before = CencommGroup.of(group)
    roster = {entry.officer_id: entry for entry in before.roster}
    adds: list[GuestDevice] = []
    leaving: set[OfficerId] = set()
    for name, role in officers.items():
        known = roster.get(name)
        if known is None:
            guest = guests.get(name)
            if guest is None:
                raise OfficerUnknown(officer=name)
            roster[name] = _entry(name, role, guest.identity_key, guest.archive_key)
            if holds_leaf(role):
                adds += guest.devices
        elif known.role is not role:
            if not holds_leaf(role):
                leaving.add(name)
            roster[name] = _entry(name, role, known.identity_key, known.archive_key or _archive_key(group, name))
    after = replace(before, roster=sorted_roster(list(roster.values())))
    if after == before:
        return None
    proposals: list[Proposal] = [Remove(index) for index in _leaves_of(group, leaving)]
    proposals += [Add(guest.key_package) for guest in adds]
    proposals.append(_extension(group, after))
    invited = [Invited(guest.chain.device_id, guest.key_package.reference()) for guest in adds]
    return Intent(proposals, invited, shares_history=True)


def _entry(name: OfficerId, role: Role, identity_key: bytes, archive_key: ArchiveKey | None) -> RosterEntry:
    return RosterEntry(name, identity_key, role, archive_key if may_extract(role) else None)


def _archive_key(group: PublicGroup, name: OfficerId) -> ArchiveKey | None:
    for _, leaf in group.tree.leaves():
        data = find(leaf.extensions, ARCHIVE_EXTENSION)
        if data is not None and officer_of(device_of(leaf)) == name:
            return ArchiveKey.decode(data)
    return None


def removal(group: PublicGroup, officers: frozenset[OfficerId]) -> Intent | None:
    """The commit that removes `officers`; None if none of them is there."""
    before = CencommGroup.of(group)
    after = replace(before, roster=tuple([entry for entry in before.roster if entry.officer_id not in officers]))
    if after == before:
        return None
    return Intent([*[Remove(index) for index in _leaves_of(group, officers)], _extension(group, after)])


def _leaves_of(group: PublicGroup, officers: Collection[OfficerId]) -> list[LeafIndex]:
    return [index for index, leaf in group.tree.leaves() if officer_of(device_of(leaf)) in officers]


def revocation(group: PublicGroup, profile: Profile) -> Intent | None:
    """The commit that applies the newest lists: Remove of revoked leaves, and the lists appended (PROTOCOL §2.3)."""
    lists = known_lists(profile)
    revoked = index(lists)
    gone = [(place, chain_of(leaf)) for place, leaf in group.tree.leaves() if is_revoked(chain_of(leaf), revoked)]
    removes: list[Proposal] = [Remove(place) for place, _ in gone]
    if not removes:
        return None
    before = CencommGroup.of(group)
    merged = {known.issuer: known for known in before.revocations}
    concerned = {ROOT, *(chain.administration for _, chain in gone)}
    for newer in lists:
        if newer.issuer not in concerned:
            continue
        known = merged.get(newer.issuer)
        if known is None or newer.number > known.number:
            merged[newer.issuer] = newer
    after = replace(before, revocations=tuple([merged[issuer] for issuer in sorted(merged)]))
    return Intent([*removes, _extension(group, after)])


def _extension(group: PublicGroup, after: CencommGroup) -> GroupContextExtensions:
    changed = replace(after, version=after.version + 1)
    return GroupContextExtensions(with_extension(group.context.extensions, changed))
