"""Commits that are valid, and what they make of the group. Refusals stand in the table of cases."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.crypto.mls.public.commit_rules import stage_authenticated, stage_commit
from cencomm.crypto.mls.public.extensions import Extension
from cencomm.crypto.mls.public.framing import PublicMessage, Sender, SenderType, decode_message
from cencomm.crypto.mls.public.leaf_node import LeafNodeSource
from cencomm.crypto.mls.public.proposal_list import SentProposal
from cencomm.crypto.mls.public.proposals import (
    Add,
    ExternalInit,
    ExternalPsk,
    GroupContextExtensions,
    PreSharedKey,
    PreSharedKeyId,
    ProposalRef,
    ReInit,
    Remove,
    Update,
)
from cencomm.crypto.mls.public.transcript import confirmed_transcript_hash, interim_transcript_hash
from cencomm.crypto.mls.public.tree_checks import check_members, check_tree
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.mls.public.world import SUITE, SUPPORTED, Client, founded, fresh, grown, key_package_of, leaf_of

NEWCOMER = Client("newcomer")


class TestMemberCommit:
    def test_says_everything_about_the_next_epoch(self) -> None:
        world = grown()
        add, remove = Add(key_package_of(NEWCOMER)), Remove(LeafIndex(4))
        message = world.commit(add, remove, by=2)
        staged = world.stage(message)
        body = decode_message(message).body
        assert isinstance(body, PublicMessage)
        assert staged.authenticated == body.authenticated
        assert staged.sender == Sender.member(LeafIndex(2))
        assert staged.committer_leaf_index == 2
        assert not staged.external
        assert not staged.by_reference
        assert staged.proposals == ((add, staged.sender), (remove, staged.sender))
        assert staged.added == ((LeafIndex(4), add.key_package.leaf_node),)
        assert staged.removed == ((LeafIndex(4), world.group.tree.leaf(LeafIndex(4))),)
        assert staged.updated == ()
        assert staged.path is not None
        assert staged.tree.leaf(LeafIndex(2)) == staged.path.leaf_node
        assert staged.authenticated_data == b"data"
        assert staged.membership_tag == body.membership_tag

    def test_moves_the_context_on(self) -> None:
        world = grown()
        staged = world.stage(world.commit())
        before, context, group = world.group.context, staged.context, staged.next()
        assert (context.group_id, context.epoch) == (before.group_id, before.epoch + 1)
        assert context.extensions == before.extensions
        assert context.tree_hash == staged.tree.tree_hash()
        confirmed = confirmed_transcript_hash(world.group.interim_transcript_hash, staged.authenticated)
        assert context.confirmed_transcript_hash == confirmed
        assert group.context == context
        assert group.tree is staged.tree
        assert group.confirmation_tag == staged.authenticated.auth.confirmation_tag
        assert group.interim_transcript_hash == interim_transcript_hash(confirmed, group.confirmation_tag)
        assert not group.re_initialised

    def test_gives_a_tree_that_is_valid_as_a_whole(self) -> None:
        world = grown()
        for by in range(6):
            staged = world.stage(world.commit(Add(key_package_of(NEWCOMER)), by=by))
            check_tree(staged.tree)
            check_members(staged.tree, staged.context)

    def test_takes_proposals_by_reference(self) -> None:
        world = grown()
        leaf = leaf_of(world.client(1), LeafNodeSource.UPDATE, index=LeafIndex(1))
        update, remove = world.proposal(Update(leaf), 1), world.proposal(Remove(LeafIndex(3)), 4)
        known = [update, remove]
        senders: list[SentProposal] = [
            (Update(leaf), update.content.sender),
            (Remove(LeafIndex(3)), remove.content.sender),
        ]
        path = world.path_after(senders, 5)
        references = [ProposalRef(each.proposal_reference()) for each in known]
        staged = world.stage(world.commit(*references, by=5, path=path), known)
        assert staged.by_reference
        assert staged.updated == ((LeafIndex(1), leaf),)
        assert [index for index, _ in staged.removed] == [3]
        assert [sender.leaf_index for _, sender in staged.proposals] == [1, 4]

    def test_of_a_member_alone_has_an_empty_path(self) -> None:
        world = founded()
        staged = world.stage(world.commit())
        assert staged.path is not None
        assert staged.path.nodes == ()

    def test_may_change_the_committer_s_signature_key(self) -> None:
        world = grown()
        renewed = Client("renewed")
        path = world.path(world.group.tree, LeafIndex(0), renewed)
        after = world.after(world.commit(path=path), i0=renewed)
        assert after.stage(after.commit()).sender == Sender.member(LeafIndex(0))

    def test_may_replace_the_extensions(self) -> None:
        changed = Extension(SUPPORTED, b"changed")
        staged = grown().stage(grown().commit(GroupContextExtensions((changed,))))
        assert staged.next().context.extensions == (changed,)

    def test_hands_on_the_keys_that_members_must_hold(self) -> None:
        psk = PreSharedKeyId(ExternalPsk(b"shared"), fresh())
        staged = grown().stage(grown().commit(PreSharedKey(psk), path=False))
        assert staged.psks == (psk,)
        assert staged.external_init is None

    def test_may_end_the_group(self) -> None:
        re_init = ReInit(b"next", 1, SUITE)
        staged = grown().stage(grown().commit(re_init, path=False))
        assert staged.re_init == re_init
        assert staged.next().re_initialised


class TestExternalCommit:
    def test_takes_the_first_free_leaf(self) -> None:
        world = grown()
        staged = world.stage(world.external_commit(NEWCOMER))
        assert staged.external
        assert staged.sender.sender_type is SenderType.NEW_MEMBER_COMMIT
        assert staged.committer_leaf_index == 6
        assert staged.added == ()
        assert staged.path is not None
        assert staged.tree.leaf(LeafIndex(6)) == staged.path.leaf_node
        check_tree(staged.tree)
        check_members(staged.tree, staged.context)

    def test_may_take_the_place_of_an_older_self(self) -> None:
        world = grown()
        init = ExternalInit(fresh())
        staged = world.stage(world.external_commit(world.client(3), init, Remove(LeafIndex(3))))
        assert staged.committer_leaf_index == 3
        assert [index for index, _ in staged.removed] == [3]
        assert staged.external_init == init

    def test_doubles_a_full_tree(self) -> None:
        world = founded()
        staged = world.stage(world.external_commit(NEWCOMER))
        assert staged.committer_leaf_index == 1
        assert staged.tree.leaf_count == 2

    def test_joiner_goes_on_as_a_member(self) -> None:
        world = grown()
        world = world.after(world.external_commit(NEWCOMER), i6=NEWCOMER)
        assert world.stage(world.commit(by=6)).committer_leaf_index == 6

    def test_may_name_keys_that_it_holds(self) -> None:
        psk = PreSharedKey(PreSharedKeyId(ExternalPsk(b"shared"), fresh()))
        message = grown().external_commit(NEWCOMER, ExternalInit(fresh()), psk, path=grown().external_path(NEWCOMER))
        assert grown().stage(message).psks == (psk.psk,)


def test_commit_out_of_its_message_is_judged_alike() -> None:
    message = grown().commit()
    body = decode_message(message).body
    assert isinstance(body, PublicMessage)
    assert stage_authenticated(grown().group, body.authenticated).next() == grown().stage(message).next()


COMMIT = grown().commit(Add(key_package_of(NEWCOMER)), Remove(LeafIndex(3)))


@settings(max_examples=300, deadline=None)
@given(place=st.integers(4, len(COMMIT) - 1), change=st.integers(1, 255))
def test_no_changed_byte_of_a_commit_is_accepted_but_in_what_members_check(place: int, change: int) -> None:
    """The signature covers all but itself and the two tags; these are the members' to verify."""
    message = bytearray(COMMIT)
    message[place] ^= change
    group = grown().group
    try:
        staged = stage_commit(group, bytes(message))
    except (DecodeError, MlsError):
        return
    assert place >= len(COMMIT) - 66
    assert staged.authenticated.content == grown().stage(COMMIT).authenticated.content


@pytest.mark.parametrize("length", range(0, len(COMMIT), 7))
def test_truncated_commit_is_malformed(length: int) -> None:
    with pytest.raises(DecodeError):
        stage_commit(grown().group, COMMIT[:length])
