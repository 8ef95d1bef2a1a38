"""The commit policy (PROTOCOL §2.3): what each role may do, and one refusal for every rule.

`BROKEN` names each rule with commits and starts that break it and no earlier one; that no rule is missing from it is a
test of its own. Refusals change nothing: every state here is frozen, and none is returned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cencomm.crypto.certificates import CHAIN_EXTENSION, Certificate, Chain, Kind
from cencomm.crypto.group_context import (
    ARCHIVE_EXTENSION,
    CencommGroup,
    GroupContextInvalid,
    History,
    Predecessor,
    Role,
    RosterEntry,
    sign_archive_key,
    sorted_roster,
)
from cencomm.crypto.head import start
from cencomm.crypto.mls.public.extensions import Extension, ExtensionType, RequiredCapabilities
from cencomm.crypto.mls.public.framing import PublicMessage, decode_message
from cencomm.crypto.mls.public.group import PublicGroup, stage_commit
from cencomm.crypto.mls.public.leaf_node import Credential, Lifetime
from cencomm.crypto.mls.public.proposals import (
    Add,
    ExternalPsk,
    GroupContextExtensions,
    PreSharedKey,
    PreSharedKeyId,
    ReInit,
)
from cencomm.crypto.mls.secret.commit import create_commit, external_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.key_package import LeafIdentity, new_key_package
from cencomm.crypto.mls.secret.messages import propose
from cencomm.crypto.mls.secret.psk import Psks
from cencomm.crypto.policy import (
    RULES,
    CommitData,
    Judged,
    JudgedStart,
    PolicyRefused,
    archive_key_of,
    chain_of,
    device_of,
    judge_commit,
    judge_start,
    leaf_extensions,
)
from cencomm.crypto.primitives import DEFAULT_SUITE, Secret
from cencomm.crypto.revocation import RevocationList, Revoked, sign_list
from cencomm.crypto.successor import successor_of
from cencomm.ids import DeviceId, GroupId, OfficerId
from tests.unit.crypto import groups
from tests.unit.crypto.groups import (
    ARCHIVE,
    CUG,
    LIFETIME,
    add,
    changed,
    commit,
    data,
    entry,
    group_of,
    identity,
    judged,
    key_package,
    leaf_of,
    operation,
    outside,
    started,
)
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import (
    DEPLOYMENT,
    DUBOIS,
    NOW_MS,
    NOW_S,
    OTIENO,
    ROOT,
    SILVA,
    TRUST,
    YEAR_S,
    Person,
    certificate,
    seed,
)

PHONE = Person(SILVA.officer_id, "phone")
NEWCOMER = Person(OfficerId("BR/costa"))
OP = operation()


def revocation(
    *certificates: Certificate, issuer: str = "BR", number: int = 1, key: Secret | None = None
) -> RevocationList:
    return sign_list(
        key or (ROOT if issuer == "" else seed(issuer)),
        deployment_id=DEPLOYMENT,
        issuer=issuer,
        number=number,
        issued_at_ms=NOW_MS,
        entries=[Revoked(one.serial, one.subject, NOW_MS) for one in certificates],
    )


def roster(*changes: RosterEntry, without: str = "", of: GroupState = OP.otieno) -> tuple[RosterEntry, ...]:
    entries = {one.officer_id: one for one in CencommGroup.of(of.public).roster if one.officer_id != without}
    return sorted_roster([*(entries | {one.officer_id: one for one in changes}).values()])


def judge(state: GroupState, message: bytes, *, last_time_ms: int = NOW_MS) -> Judged:
    return judged(state.public, message, last_time_ms=last_time_ms)


class TestOrganiser:
    def test_admits_an_officer_in_one_commit(self) -> None:
        pending = commit(OP.otieno, changed(OP.otieno, roster=roster(entry(NEWCOMER))), add(NEWCOMER))
        found = judge(OP.otieno, pending.commit)
        assert found.committer == OTIENO.device_id
        assert found.added == (NEWCOMER.device_id,)
        assert found.removed == ()
        assert (found.time_ms, found.seen, found.external) == (NOW_MS, start(CUG), False)
        assert found.after.entry(NEWCOMER.officer_id) == entry(NEWCOMER)
        assert found.before.entry(NEWCOMER.officer_id) is None
        assert found.identity_changed == ()

    def test_removes_an_officer_in_one_commit(self) -> None:
        pending = commit(
            OP.otieno, changed(OP.otieno, roster=roster(without=SILVA.officer_id)), leaf_of(OP.otieno, SILVA.device_id)
        )
        found = judge(OP.otieno, pending.commit)
        assert found.removed == (SILVA.device_id,)
        assert found.after.entry(SILVA.officer_id) is None

    def test_adds_a_second_device_without_touching_the_roster(self) -> None:
        assert judge(OP.otieno, commit(OP.otieno, add(PHONE)).commit).added == (PHONE.device_id,)

    def test_accepts_a_new_identity_which_is_shown(self) -> None:
        renewed = Person(SILVA.officer_id, key_version="2")
        pending = commit(
            OP.otieno,
            changed(OP.otieno, roster=roster(entry(renewed))),
            leaf_of(OP.otieno, SILVA.device_id),
            add(renewed),
        )
        found = judge(OP.otieno, pending.commit)
        assert found.identity_changed == (SILVA.officer_id,)
        assert (found.added, found.removed) == ((), ())

    def test_changes_the_history_policy_and_hands_the_office_over(self) -> None:
        after = roster(replace(entry(OTIENO), archive_key=None), replace(entry(SILVA), role=Role.ORGANISER))
        pending = commit(OP.otieno, changed(OP.otieno, history=History.NONE, roster=after))
        assert judge(OP.otieno, pending.commit).after.history is History.NONE


class TestMember:
    def test_renews_its_own_leaf(self) -> None:
        found = judge(OP.silva, commit(OP.silva).commit)
        assert (found.committer, found.added, found.removed) == (SILVA.device_id, (), ())

    def test_renews_its_certificate_and_key(self) -> None:
        renewed = certificate(Kind.DEVICE, SILVA.device_id, issuer=SILVA.identity_seed, public_key=PHONE.device_key)
        chain = replace(SILVA.chain, device=renewed)
        new = replace(
            identity(SILVA),
            signature_seed=PHONE.device_seed,
            signature_key=PHONE.device_key,
            extensions=leaf_extensions(chain),
        )
        pending = commit(OP.silva, new_identity=new)
        assert judge(OP.silva, pending.commit).committer == SILVA.device_id

    def test_revokes_a_stolen_device(self) -> None:
        lists = (revocation(SILVA.chain.device),)
        pending = commit(OP.dubois, changed(OP.dubois, revocations=lists), leaf_of(OP.dubois, SILVA.device_id))
        found = judge(OP.dubois, pending.commit)
        assert found.removed == (SILVA.device_id,)
        assert found.after.revocations == lists

    def test_a_later_list_replaces_the_earlier(self) -> None:
        first = commit(OP.otieno, changed(OP.otieno, revocations=(revocation(PHONE.chain.device),)))
        judge(OP.otieno, first.commit)
        lists = (revocation(PHONE.chain.device, SILVA.chain.officer, number=2),)
        second = commit(first.state, changed(first.state, revocations=lists), leaf_of(first.state, SILVA.device_id))
        assert judge(first.state, second.commit).after.revocations == lists

    def test_the_root_revokes_an_ncp(self) -> None:
        lists = (revocation(SILVA.chain.ncp, issuer=""),)
        pending = commit(OP.dubois, changed(OP.dubois, revocations=lists), leaf_of(OP.dubois, SILVA.device_id))
        assert judge(OP.dubois, pending.commit).removed == (SILVA.device_id,)


class TestNewDevice:
    def test_joins_by_external_commit(self) -> None:
        found = judge(OP.otieno, outside(OP.otieno, PHONE).commit)
        assert (found.committer, found.external, found.added) == (PHONE.device_id, True, (PHONE.device_id,))

    def test_comes_back_in_place_of_its_old_leaf(self) -> None:
        found = judge(OP.otieno, outside(OP.otieno, SILVA, remove=SILVA.device_id).commit)
        assert (found.committer, found.added, found.removed) == (SILVA.device_id, (), ())


class TestTime:
    def test_an_expired_leaf_that_stays_does_not_stop_the_others(self) -> None:
        later = NOW_MS + (2 * YEAR_S) * 1000
        chain = replace(
            OTIENO.chain,
            ncp=certificate(
                Kind.NCP, "KE", issuer=ROOT, public_key=OTIENO.chain.ncp.public_key, not_after_s=NOW_S + 9 * YEAR_S
            ),
            officer=certificate(
                Kind.OFFICER,
                OTIENO.officer_id,
                issuer=seed("KE"),
                public_key=OTIENO.identity_key,
                not_after_s=NOW_S + 9 * YEAR_S,
            ),
            device=certificate(
                Kind.DEVICE,
                OTIENO.device_id,
                issuer=OTIENO.identity_seed,
                public_key=OTIENO.device_key,
                not_after_s=NOW_S + 9 * YEAR_S,
            ),
        )
        new = replace(identity(OTIENO), extensions=leaf_extensions(chain))
        pending = commit(OP.otieno, time_ms=later, new_identity=new)
        assert judge(OP.otieno, pending.commit).time_ms == later
        with pytest.raises(PolicyRefused, match="P22"):
            judge(OP.silva, commit(OP.silva, time_ms=later).commit)


class TestLeaf:
    def test_offers_a_signed_archive_key(self) -> None:
        archive = sign_archive_key(SILVA.identity_seed, SILVA.officer_id, ARCHIVE.public_key)
        offered = replace(identity(SILVA), extensions=leaf_extensions(SILVA.chain, archive))
        leaf = new_key_package(DEFAULT_SUITE, offered, lifetime=LIFETIME).key_package.leaf_node
        assert archive_key_of(leaf) == archive
        assert archive_key_of(key_package(SILVA).key_package.leaf_node) is None
        forged = replace(leaf, extensions=(leaf.extensions[0], Extension(ARCHIVE_EXTENSION, bytes(96))))
        with pytest.raises(GroupContextInvalid):
            archive_key_of(forged)

    def test_says_which_device_it_is(self) -> None:
        leaf = key_package(SILVA).key_package.leaf_node
        assert device_of(leaf) == SILVA.device_id
        assert chain_of(leaf) == SILVA.chain


class TestCommitData:
    def test_round_trip_and_hostile_bytes(self) -> None:
        encoded = CommitData(NOW_MS, start(CUG)).encode()
        assert CommitData.decode(encoded) == CommitData(NOW_MS, start(CUG))
        survives(CommitData.decode, encoded)


# ---------------------------------------------------------------- every rule


def by_reference() -> object:
    message, reference, _ = propose(OP.silva, leaf_of(OP.silva, DUBOIS.device_id))
    body = decode_message(message).body
    assert isinstance(body, PublicMessage)
    sent = {reference: body.authenticated}
    pending = create_commit(OP.otieno, (), authenticated_data=data(), proposal_refs=sent)
    staged = stage_commit(OP.public, pending.commit, proposals=sent)
    return judge_commit(OP.public, staged, TRUST, last_time_ms=NOW_MS)


def without_path() -> object:
    pending = create_commit(OP.otieno, (add(PHONE),), authenticated_data=data(), path=False)
    return judge(OP.otieno, pending.commit)


def authenticated(content: bytes) -> object:
    return judge(OP.otieno, create_commit(OP.otieno, (), authenticated_data=content).commit)


def with_psk() -> object:
    psk = PreSharedKeyId(ExternalPsk(b"psk"), bytes(32))
    psks = Psks(external={b"psk": Secret(bytes(32))})
    pending = create_commit(OP.otieno, (PreSharedKey(psk),), authenticated_data=data(), psks=psks)
    return judge(OP.otieno, pending.commit)


def re_init() -> object:
    return judge(OP.otieno, commit(OP.otieno, ReInit(bytes(16), 1, DEFAULT_SUITE, ())).commit)


def by(
    state: GroupState, *proposals: object, time_ms: int = NOW_MS, new_identity: LeafIdentity | None = None
) -> object:
    pending = commit(state, *proposals, time_ms=time_ms, new_identity=new_identity)  # type: ignore[arg-type]
    return judge(state, pending.commit)


def other_extensions() -> object:
    senders = Extension(ExtensionType.REQUIRED_CAPABILITIES, RequiredCapabilities().encode())
    return by(OP.otieno, GroupContextExtensions((*OP.public.context.extensions, senders)))


def evicts_another() -> object:
    pending = external_commit(
        OP.otieno.group_info(),
        identity(PHONE),
        remove=leaf_of(OP.otieno, SILVA.device_id).removed,
        authenticated_data=data(),
    )
    return judge(OP.otieno, pending.commit)


def added(offered: LeafIdentity, *, of: GroupState = OP.otieno, lifetime: Lifetime = LIFETIME) -> object:
    made = new_key_package(DEFAULT_SUITE, offered, lifetime=lifetime)
    return by(of, Add(made.key_package))


def ghost() -> LeafIdentity:
    """A device of Silva's that a hostile server certified itself."""
    evil = seed("evil")
    device = certificate(Kind.DEVICE, PHONE.device_id, issuer=evil, public_key=PHONE.device_key)
    return replace(identity(PHONE), extensions=leaf_extensions(replace(SILVA.chain, device=device)))


def borrowed_chain() -> LeafIdentity:
    return replace(identity(PHONE), signature_seed=NEWCOMER.device_seed, signature_key=NEWCOMER.device_key)


def expired_device() -> LeafIdentity:
    device = certificate(
        Kind.DEVICE, PHONE.device_id, issuer=SILVA.identity_seed, public_key=PHONE.device_key, not_after_s=NOW_S - 1
    )
    return replace(identity(PHONE), extensions=leaf_extensions(replace(SILVA.chain, device=device)))


def second_leaf() -> LeafIdentity:
    device = certificate(Kind.DEVICE, SILVA.device_id, issuer=SILVA.identity_seed, public_key=PHONE.device_key)
    return replace(
        identity(PHONE),
        credential=identity(SILVA).credential,
        extensions=leaf_extensions(replace(SILVA.chain, device=device)),
    )


def eleven_devices() -> object:
    return by(OP.otieno, *[add(Person(SILVA.officer_id, f"device-{number}")) for number in range(10)])


def revoked_stays() -> object:
    return by(OP.dubois, changed(OP.dubois, revocations=(revocation(SILVA.chain.device),)))


def begin(
    state: GroupState, *, predecessor: PublicGroup | None = None, rejected_by: tuple[OfficerId, ...] = ()
) -> JudgedStart:
    return judge_start(state.public, TRUST, predecessor=predecessor, last_time_ms=NOW_MS, rejected_by=rejected_by)


NEXT = GroupId(b"n" * 16)


def successor(by_person: Person = OTIENO, **changes: object) -> GroupState:
    group = replace(successor_of(OP.public, started_at_ms=NOW_MS), **changes)  # type: ignore[arg-type]
    return started(group, by=by_person, group_id=NEXT)


def group_with(roster_entries: tuple[RosterEntry, ...]) -> GroupState:
    return started(replace(group_of(), roster=roster_entries))


ORGANISER = entry(OTIENO, Role.ORGANISER)

BROKEN: list[tuple[str, Callable[[], object]]] = [
    ("P01", by_reference),
    ("P02", without_path),
    ("P03", lambda: authenticated(b"")),
    ("P03", lambda: authenticated(data() + b"\x00")),
    ("P03", lambda: authenticated(data(2**53))),
    ("P04", lambda: by(OP.otieno, time_ms=NOW_MS - 1)),
    ("P04", lambda: begin(started(replace(group_of(ORGANISER), started_at_ms=NOW_MS - 1)))),
    ("P05", with_psk),
    ("P05", re_init),
    ("P06", lambda: by(OP.silva, add(PHONE))),
    ("P06", lambda: by(OP.silva, changed(OP.silva, roster=roster(entry(NEWCOMER))), add(NEWCOMER))),
    ("P08", lambda: by(OP.silva, changed(OP.silva, roster=roster(entry(NEWCOMER))))),
    ("P08", lambda: by(OP.silva, changed(OP.silva, roster=roster(replace(entry(SILVA), role=Role.ORGANISER))))),
    ("P08", lambda: by(OP.silva, changed(OP.silva, history=History.NONE))),
    ("P07", lambda: by(OP.silva, leaf_of(OP.silva, DUBOIS.device_id))),
    ("P07", lambda: by(OP.silva, changed(OP.silva, revocations=(revocation(PHONE.chain.device),)),
                       leaf_of(OP.silva, DUBOIS.device_id))),
    ("P09", evicts_another),
    ("P10", lambda: by(OP.silva, new_identity=identity(PHONE))),
    ("P11", other_extensions),
    ("P11", lambda: by(OP.otieno, GroupContextExtensions(()))),
    ("P11", lambda: by(OP.otieno, GroupContextExtensions((Extension(0xF0C0, b"junk"),)))),
    ("P12", lambda: by(OP.otieno, changed(OP.otieno, version=0))),
    ("P12", lambda: by(OP.otieno, changed(OP.otieno, version=7))),
    ("P12", lambda: by(OP.otieno, GroupContextExtensions(OP.public.context.extensions))),
    ("P13", lambda: by(OP.otieno, changed(OP.otieno, cug_id=bytes(16)))),
    ("P13", lambda: by(OP.otieno, changed(OP.otieno, started_at_ms=0))),
    ("P13", lambda: by(OP.otieno, changed(OP.otieno, predecessor=Predecessor(NEXT, 1, bytes(32))))),
    ("P14", lambda: by(OP.dubois, changed(OP.dubois, revocations=(revocation(key=seed("FR")),)))),
    ("P14", lambda: by(OP.dubois, changed(OP.dubois, revocations=(revocation(issuer="US"),)))),
    ("P14", lambda: by(OP.dubois, changed(OP.dubois, revocations=(revocation(), revocation())))),
    ("P15", lambda: by(OP.otieno, changed(OP.otieno, roster=roster()[::-1]))),
    ("P15", lambda: by(OP.otieno, changed(OP.otieno, roster=sorted_roster([*roster(), entry(SILVA)])))),
    ("P15", lambda: by(OP.otieno, changed(OP.otieno,
                       roster=roster(replace(entry(NEWCOMER), identity_key=SILVA.identity_key))))),
    ("P16", lambda: by(OP.otieno, changed(OP.otieno, roster=roster(entry(OTIENO))))),
    ("P17", lambda: by(OP.otieno, changed(OP.otieno,
                       roster=roster(replace(entry(SILVA), archive_key=ORGANISER.archive_key))))),
    ("P17", lambda: by(OP.otieno, changed(OP.otieno,
                       roster=roster(replace(entry(SILVA), role=Role.OCU, archive_key=ORGANISER.archive_key))))),
    ("P18", lambda: by(OP.otieno, changed(OP.otieno, roster=roster(replace(
        ORGANISER, archive_key=sign_archive_key(OTIENO.identity_seed, OTIENO.officer_id, bytes(32))))))),
    ("P20", lambda: added(ghost())),
    ("P20", lambda: added(replace(identity(PHONE), extensions=()))),
    ("P20", lambda: added(replace(identity(PHONE), extensions=(Extension(CHAIN_EXTENSION, b"junk"),)))),
    ("P21", lambda: added(borrowed_chain())),
    ("P21", lambda: added(replace(identity(PHONE), credential=Credential(1, b"BR/silva/other")))),
    ("P22", lambda: added(expired_device())),
    ("P23", lambda: added(identity(NEWCOMER))),
    ("P23", lambda: judge(OP.otieno, outside(OP.otieno, NEWCOMER).commit)),
    ("P23", lambda: by(OP.otieno, changed(OP.otieno, roster=roster(without=SILVA.officer_id)))),
    ("P24", lambda: added(identity(Person(SILVA.officer_id, "phone", key_version="2")))),
    ("P24", lambda: by(OP.otieno, changed(OP.otieno,
                       roster=roster(entry(Person(SILVA.officer_id, key_version="2")))))),
    ("P25", revoked_stays),
    ("P26", eleven_devices),
    ("P27", lambda: added(second_leaf())),
    ("P28", lambda: by(OP.otieno, changed(OP.otieno, roster=roster(entry(NEWCOMER, Role.OBSERVER))), add(NEWCOMER))),
    ("P28", lambda: by(OP.otieno, changed(OP.otieno, roster=roster(replace(entry(SILVA), role=Role.AUDITOR))))),
    ("P29", lambda: added(identity(PHONE), lifetime=Lifetime(0, NOW_S - 1))),
    ("P30", lambda: begin(OP.otieno)),
    ("P30", lambda: begin(started(group_id=b"short"))),
    ("P31", lambda: begin(started(extensions=[Extension(ARCHIVE_EXTENSION, b"")]))),
    ("P32", lambda: begin(started(replace(group_of(ORGANISER), predecessor=Predecessor(NEXT, 1, bytes(32)))))),
    ("P32", lambda: begin(started(group_id=NEXT), predecessor=OP.public)),
    ("P32", lambda: begin(successor(predecessor=Predecessor(NEXT, 1, bytes(32))), predecessor=OP.public)),
    ("P32", lambda: begin(
        started(successor_of(OP.public, started_at_ms=NOW_MS)), predecessor=OP.public)),
    ("P33", lambda: begin(started(group_of(ORGANISER, entry(SILVA)), by=SILVA))),
    ("P34", lambda: begin(successor(SILVA), predecessor=OP.public)),
    ("P34", lambda: begin(successor(SILVA), predecessor=OP.public, rejected_by=(SILVA.officer_id,) * 2)),
    ("P35", lambda: begin(successor(roster=roster(without=DUBOIS.officer_id)), predecessor=OP.public)),
    ("P35", lambda: begin(successor(history=History.NONE), predecessor=OP.public)),
    ("P35", lambda: begin(successor(cug_id=bytes(16)), predecessor=OP.public)),
    ("P35", lambda: begin(successor(revocations=(revocation(issuer=""),)), predecessor=OP.public)),
    ("P16", lambda: begin(group_with((entry(OTIENO),)))),
    ("P23", lambda: begin(started(group_of(ORGANISER), by=SILVA))),
    ("P14", lambda: begin(started(replace(group_of(ORGANISER), revocations=(revocation(),))))),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "attempt"), BROKEN, ids=[f"{rule}-{place}" for place, (rule, _) in enumerate(BROKEN)])
def test_every_rule_refuses_by_its_number(rule: str, attempt: Callable[[], object]) -> None:
    with pytest.raises(PolicyRefused) as caught:
        attempt()
    assert caught.value.rule == rule
    assert caught.value.facts["rule"] == rule


def test_a_revocation_that_also_drops_or_rolls_back_is_refused() -> None:
    first = commit(OP.otieno, changed(OP.otieno, revocations=(revocation(PHONE.chain.device, number=3),)))
    state = first.state
    for lists in (
        (),
        (revocation(PHONE.chain.device, number=2),),
        (revocation(number=4),),
        (revocation(PHONE.chain.device, NEWCOMER.chain.device, number=3),),
    ):
        with pytest.raises(PolicyRefused, match="P14"):
            judge(state, commit(state, changed(state, revocations=lists)).commit)


def test_every_rule_is_in_the_table_of_refusals() -> None:
    assert {rule for rule, _ in BROKEN} == set(RULES)


class TestStart:
    def test_an_organiser_starts_a_cug(self) -> None:
        found = begin(started())
        assert (found.committer, found.time_ms) == (OTIENO.device_id, NOW_MS)
        assert found.after.roster == (ORGANISER,)

    def test_required_capabilities_are_allowed(self) -> None:
        required = RequiredCapabilities(extensions=(0xF0C0, CHAIN_EXTENSION))
        begin(started(extensions=[Extension(ExtensionType.REQUIRED_CAPABILITIES, required.encode())]))

    def test_an_organiser_starts_a_successor_any_time(self) -> None:
        found = begin(successor(), predecessor=OP.public)
        assert found.after.predecessor is not None
        assert found.after.predecessor.epoch == OP.public.epoch

    def test_any_member_starts_one_after_two_officers_rejected(self) -> None:
        found = begin(successor(SILVA), predecessor=OP.public, rejected_by=(SILVA.officer_id, DUBOIS.officer_id))
        assert found.committer == SILVA.device_id

    def test_all_members_join_the_successor_by_external_commit(self) -> None:
        state = successor(SILVA)
        for person in (OTIENO, DUBOIS):
            pending = outside(state, person)
            assert judge(state, pending.commit).committer == person.device_id
            state = groups.processed(state, pending)
        assert state.public.tree.member_count == 3


def test_device_ids_are_those_of_the_certificates() -> None:
    assert {device_of(leaf) for _, leaf in OP.public.tree.leaves()} == {
        DeviceId(person.device_id) for person in (OTIENO, SILVA, DUBOIS)
    }
    assert Chain.decode(OTIENO.chain.encode()) == OTIENO.chain
