"""Commits: made, merged, received, refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.mls.public.extensions import Extension, ExtensionType
from cencomm.crypto.mls.public.framing import AuthenticatedContent, PrivateMessage, decode_message, encode_message
from cencomm.crypto.mls.public.group import (
    StagedCommit,
    check_group_info,
    check_welcome_recipients,
    stage_authenticated,
    stage_commit,
)
from cencomm.crypto.mls.public.proposals import (
    Add,
    ExternalPsk,
    GroupContextExtensions,
    PreSharedKey,
    PreSharedKeyId,
    Proposal,
    ReInit,
    Remove,
    ResumptionPskRef,
    ResumptionUsage,
)
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import WrongEpoch
from cencomm.crypto.mls.public.welcome import GROUP_INFO_LABEL, Welcome, group_info_tbs
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit, external_commit, process_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.messages import open_message, propose, propose_update, protect
from cencomm.crypto.mls.secret.psk import Psks
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.primitives import CipherSuite, Secret, random_bytes
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.mls.secret.helpers import counting, identity, key_package, refused
from tests.unit.crypto.mls.secret.world import World

SUITES = pytest.mark.parametrize("suite", list(CipherSuite))


def _staged(state: GroupState, pending: PendingCommit) -> StagedCommit:
    return stage_commit(state.public, pending.commit)


class TestMaking:
    def test_where_all_have_committed_once_a_commit_grows_with_the_logarithm(self) -> None:
        sealed: dict[int, int] = {}
        for size in (4, 8, 16):
            world = World(size)
            for leaf in range(size):
                world.commit(leaf)
            path = _staged(world[1], create_commit(world[0], [])).path
            assert path is not None
            sealed[size] = sum(len(node.encrypted_path_secret) for node in path.nodes)
        assert sealed == {4: 2, 8: 3, 16: 4}

    @SUITES
    def test_members_come_update_and_go(self, suite: CipherSuite) -> None:
        world = World(4, suite)
        world.commit(2)
        world.commit(1, [Remove(LeafIndex(0)), Remove(LeafIndex(2))])
        world.commit(3, add=3)
        world.commit(0, [Remove(LeafIndex(3))], add=1)
        assert len(world.members) == 5
        assert len(world.gone) == 3

    def test_our_state_is_not_changed(self) -> None:
        state = World(3)[0]
        before = state.encode()
        create_commit(state, [Remove(LeafIndex(1)), Add(key_package("new").key_package)])
        assert state.encode() == before

    def test_additions_need_no_path(self) -> None:
        world = World(3)
        leaf = world[0].own_leaf
        pending = world.commit(0, add=2, path=False)
        assert pending.state.own_leaf == leaf
        world.commit(4)

    def test_without_a_path_nothing_else_is_possible(self) -> None:
        state = World(3)[0]
        for proposals in ([], [Remove(LeafIndex(1))], [GroupContextExtensions(())]):
            with refused("V311"):
                create_commit(state, proposals, path=False)

    def test_a_new_identity_needs_a_path(self) -> None:
        with refused("V500"):
            create_commit(World(2)[0], [Add(key_package("x").key_package)], path=False, new_identity=identity("new"))

    def test_nobody_removes_himself(self) -> None:
        with refused("V301"):
            create_commit(World(2)[0], [Remove(LeafIndex(0))])

    def test_nobody_removes_whom_there_is_not(self) -> None:
        with refused("V304"):
            create_commit(World(2)[0], [Remove(LeafIndex(7))])

    def test_a_commit_carries_data_that_all_can_read(self) -> None:
        world = World(2)
        pending = create_commit(world[0], [], authenticated_data=b"seen by all")
        assert _staged(world[1], pending).authenticated_data == b"seen by all"
        world.deliver(pending)
        world.agree()

    def test_what_comes_with_a_commit_fits_it(self) -> None:
        world = World(2)
        pending = create_commit(world[0], [Add(key_package(name).key_package) for name in "xyz"])
        staged = _staged(world[1], pending)
        assert pending.welcome is not None
        welcome = decode_message(pending.welcome).body
        assert isinstance(welcome, Welcome)
        check_welcome_recipients(staged, welcome)
        check_group_info(staged.next(), pending.group_info)
        assert staged.next() == pending.state.public

    def test_a_new_identity_signs_from_the_next_epoch_on(self) -> None:
        world = World(3)
        other = identity("renewed")
        world.commit(1, new_identity=other)
        assert world[0].public.tree.leaf(LeafIndex(1)) == world[1].own_leaf
        assert world[1].own_leaf.signature_key == other.signature_key
        world.commit(1)

    def test_the_group_context_can_change(self) -> None:
        world = World(3)
        extensions = (Extension(ExtensionType.APPLICATION_ID, b"new"),)
        world.commit(1, [GroupContextExtensions(extensions)])
        assert world[2].public.context.extensions == extensions

    def test_after_a_reinit_there_are_no_more_commits(self) -> None:
        world = World(3)
        world.commit(1, [ReInit(b"other", 1, 3)])
        with refused("V341"):
            create_commit(world[0], [])

    def test_randomness_is_an_argument(self) -> None:
        state, package = World(2)[0], key_package("new").key_package
        first, second = (create_commit(state, [Add(package)], random=counting()) for _ in range(2))
        assert first == second


class TestPending:
    def test_is_written_and_read_back(self) -> None:
        state = World(3)[0]
        for pending in (
            create_commit(state, [Add(key_package("new").key_package)]),
            create_commit(state, []),
            create_commit(state, [], private=True),
        ):
            assert PendingCommit.decode(pending.encode()) == pending

    def test_cut_bytes_are_malformed(self) -> None:
        data = create_commit(World(2)[0], []).encode()
        with pytest.raises(DecodeError):
            PendingCommit.decode(data[:-1])

    def test_of_two_commits_of_one_epoch_only_one_fits(self) -> None:
        world = World(3)
        lost = create_commit(world[1], [])
        world.commit(0)
        with pytest.raises(WrongEpoch):
            _staged(world[2], lost)


class TestProposalsByReference:
    @pytest.mark.parametrize("private", [False, True])
    def test_proposals_of_others_are_committed(self, private: bool) -> None:
        world, package = World(4), key_package("new")
        refs = _spread(world, 1, [Remove(LeafIndex(3)), Add(package.key_package)], private=private)
        pending = create_commit(world[0], [], proposal_refs=refs)
        world.deliver(pending, proposal_refs=refs)
        assert pending.welcome is not None
        world.members[3] = join_by_welcome(pending.welcome, package)
        world.agree()
        assert len(world.gone) == 1

    def test_an_update_that_we_proposed_takes_effect(self) -> None:
        world = World(5)
        message, reference, after = propose_update(world[1], new_identity=identity("renewed"))
        world.members[1] = GroupState.decode(after.encode())
        opened, _ = open_message(world[0], message)
        world.commit(0, proposal_refs={reference: opened})
        assert world[1].own_leaf.credential.identity == b"renewed"
        assert world[1].updates == ()
        world.commit(1)
        world.commit(3)

    def test_an_update_whose_key_we_lost_is_refused(self) -> None:
        world = World(3)
        message, reference, after = propose_update(world[1])
        opened, _ = open_message(world[0], message)
        pending = create_commit(world[0], [], proposal_refs={reference: opened})
        staged = stage_commit(world[1].public, pending.commit, proposals={reference: opened})
        with refused("V459"):
            process_commit(world[1], staged)
        process_commit(after, staged)

    def test_a_commit_as_private_message(self) -> None:
        world = World(3)
        pending = create_commit(world[0], [Remove(LeafIndex(2))], private=True)
        message = decode_message(pending.commit).body
        assert isinstance(message, PrivateMessage)
        assert encode_message(message) == pending.commit
        opened, after = open_message(world[1], pending.commit)
        staged = stage_authenticated(after.public, opened)
        assert process_commit(after, staged).epoch_authenticator == pending.state.epoch_authenticator
        assert pending.spent is not None
        resumed = replace(world[0], secret_tree=pending.spent)
        protect(resumed, b"still in the old epoch")


def _spread(
    world: World, proposer: int, proposals: list[Proposal], *, private: bool
) -> dict[bytes, AuthenticatedContent]:
    refs: dict[bytes, AuthenticatedContent] = {}
    for proposal in proposals:
        message, reference, world.members[proposer] = propose(world[proposer], proposal, private=private)
        for leaf, state in world.members.items():
            if leaf != proposer:
                refs[reference], world.members[leaf] = open_message(state, message)
    return refs


class TestPsks:
    def test_a_resumption_key_of_this_epoch_is_at_hand(self) -> None:
        world = World(3)
        state = world[0]
        key = ResumptionPskRef(ResumptionUsage.APPLICATION, state.group_id, state.epoch)
        world.commit(0, [PreSharedKey(PreSharedKeyId(key, random_bytes(32)))])

    def test_external_keys_come_from_the_caller(self) -> None:
        world = World(3)
        psks = Psks({b"shared": Secret(random_bytes(32))})
        proposal = PreSharedKey(PreSharedKeyId(ExternalPsk(b"shared"), random_bytes(32)))
        world.commit(0, [proposal], add=2, psks=psks)
        with refused("V430"):
            create_commit(world[0], [proposal])

    def test_members_with_different_keys_part(self) -> None:
        world = World(2)
        proposal = PreSharedKey(PreSharedKeyId(ExternalPsk(b"shared"), random_bytes(32)))
        pending = create_commit(world[0], [proposal], psks=Psks({b"shared": Secret(b"1" * 32)}), path=False)
        staged = _staged(world[1], pending)
        with refused("V430"):
            process_commit(world[1], staged)
        with refused("V452"):
            process_commit(world[1], staged, psks=Psks({b"shared": Secret(b"2" * 32)}))


class TestExternal:
    @SUITES
    def test_somebody_joins_from_outside(self, suite: CipherSuite) -> None:
        world = World(3, suite)
        leaf = world.join()
        assert leaf == 3
        world.commit(leaf)
        world.commit(0, [Remove(LeafIndex(leaf))])

    def test_somebody_takes_his_own_place_again(self) -> None:
        world = World(4)
        who = world[2].identity
        leaf = world.join(remove=2, who=who)
        assert leaf == 2
        assert len(world.gone) == 1
        world.commit(0)

    def test_the_only_member_can_be_joined(self) -> None:
        world = World(1)
        world.join()
        world.commit(0)

    def test_with_a_tree_and_keys_from_elsewhere(self) -> None:
        world = World(3)
        info = world[0].group_info(ratchet_tree=False)
        psks = Psks({b"shared": Secret(random_bytes(32))})
        pending = external_commit(
            info,
            identity("new"),
            tree=world[0].public.tree.encode(),
            authenticated_data=b"data",
            psk_proposals=[PreSharedKey(PreSharedKeyId(ExternalPsk(b"shared"), random_bytes(32)))],
            psks=psks,
        )
        after = process_commit(world[1], _staged(world[1], pending), psks=psks)
        assert after.epoch_authenticator == pending.state.epoch_authenticator
        assert pending.welcome is None

    def test_without_an_external_key_there_is_no_way_in(self) -> None:
        with refused("V502"):
            external_commit(World(2)[0].group_info(external_pub=False), identity("new"))

    def test_an_external_key_that_is_none_is_refused(self) -> None:
        state = World(2)[0]
        info = state.signed_group_info()
        unsigned = replace(
            info, extensions=(*info.extensions[:1], Extension(ExtensionType.EXTERNAL_PUB, b"\x20" + bytes(32)))
        )
        signature = sign_with_label(state.signature_seed, GROUP_INFO_LABEL, group_info_tbs(unsigned))
        with refused("V502"):
            external_commit(encode_message(replace(unsigned, signature=signature)), identity("new"))

    def test_nobody_replaces_whom_there_is_not(self) -> None:
        with refused("V304"):
            external_commit(World(2)[0].group_info(), identity("new"), remove=LeafIndex(9))

    def test_an_identity_that_is_a_member_already_must_remove_itself(self) -> None:
        world = World(3)
        with refused("V120"):
            external_commit(world[0].group_info(), world[2].identity)
