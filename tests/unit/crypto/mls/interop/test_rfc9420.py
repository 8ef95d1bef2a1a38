"""Live against another implementation of RFC 9420, in both directions; see `peer` for where it leaves the RFC."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.framing import AuthenticatedContent
from cencomm.crypto.mls.public.group import stage_commit
from cencomm.crypto.mls.public.proposals import Add, Proposal, Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit, external_commit, process_commit
from cencomm.crypto.mls.secret.group import GroupState, create_group
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle
from cencomm.crypto.mls.secret.messages import open_message, protect, unprotect
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.primitives import CipherSuite
from tests.unit.crypto.mls.interop.peer import Peer, bundle, lifetime
from tests.unit.crypto.mls.secret.helpers import identity, refused

SUITES = pytest.mark.parametrize("suite", list(CipherSuite))


def _agree(ours: GroupState, theirs: Peer) -> None:
    assert ours.epoch == theirs.epoch
    assert ours.epoch_authenticator == theirs.epoch_authenticator
    assert ours.export("label", b"context", 40) == theirs.export("label", b"context", 40)


def _pair(suite: CipherSuite) -> tuple[GroupState, Peer]:
    """We create the group, they join it."""
    ours = create_group(suite, b"group", identity("alice"), lifetime=lifetime())
    bob = bundle("bob", suite)
    pending = create_commit(ours, [Add(bob.key_package)])
    assert pending.welcome is not None
    theirs = Peer.join(pending.welcome, bob)
    _agree(pending.state, theirs)
    return pending.state, theirs


def _commit(ours: GroupState, theirs: Peer, *proposals: Proposal, path: bool = True) -> PendingCommit:
    pending = create_commit(ours, proposals, path=path)
    theirs.process_commit(pending.commit, ours.own_leaf_index)
    _agree(pending.state, theirs)
    return pending


def _added_by_them(ours: GroupState, theirs: Peer, package: KeyPackageBundle) -> tuple[GroupState, GroupState]:
    """(our state, the state of the one they added)."""
    opened, _ = open_message(ours, theirs.propose_add(package))
    commit, welcome = theirs.commit()
    assert welcome is not None
    proposals: dict[bytes, AuthenticatedContent] = {opened.proposal_reference(): opened}
    after = process_commit(ours, stage_commit(ours.public, commit, proposals=proposals))
    theirs.merge()
    _agree(after, theirs)
    joined = join_by_welcome(welcome, package)
    _agree(joined, theirs)
    return after, joined


@SUITES
def test_they_join_our_group_and_follow_our_commits(suite: CipherSuite) -> None:
    ours, theirs = _pair(suite)
    ours = _commit(ours, theirs).state
    added = [Add(bundle(f"member {number}", suite).key_package) for number in range(4)]
    ours = _commit(ours, theirs, *added, path=False).state
    ours = _commit(ours, theirs).state
    ours = _commit(ours, theirs, Remove(LeafIndex(3)), Remove(LeafIndex(5))).state
    ours = _commit(ours, theirs).state
    assert ours.public.tree.member_count == 4


@SUITES
def test_we_follow_what_they_add_and_commit_ourselves(suite: CipherSuite) -> None:
    ours, theirs = _pair(suite)
    ours, carol = _added_by_them(ours, theirs, bundle("carol", suite))
    pending = _commit(carol, theirs)
    ours = process_commit(ours, stage_commit(ours.public, pending.commit))
    _agree(ours, theirs)
    _commit(ours, theirs, Remove(carol.own_leaf_index))


@SUITES
def test_we_join_their_group_and_commit_what_they_propose(suite: CipherSuite) -> None:
    creator, yan = bundle("zed", suite), bundle("yan", suite)
    theirs = Peer.create(b"their group", creator)
    theirs.propose_add(yan)
    _, welcome = theirs.commit()
    theirs.merge()
    assert welcome is not None
    ours = join_by_welcome(welcome, yan)
    _agree(ours, theirs)
    ours = _commit(ours, theirs, Add(bundle("xenia", suite).key_package), path=False).state
    opened, ours = open_message(ours, theirs.propose_remove(2))
    pending = create_commit(ours, [], proposal_refs={opened.proposal_reference(): opened})
    theirs.process_commit(pending.commit, ours.own_leaf_index)
    _agree(pending.state, theirs)


@SUITES
def test_application_messages_go_both_ways(suite: CipherSuite) -> None:
    ours, theirs = _pair(suite)
    for number in range(3):
        message, ours = protect(ours, f"ours {number}".encode(), padding=number)
        assert theirs.unprotect(message) == (0, f"ours {number}".encode())
        received, ours = unprotect(ours, theirs.protect(f"theirs {number}".encode()))
        assert (received.sender, received.data) == (1, f"theirs {number}".encode())


@SUITES
def test_we_join_by_external_commit_from_their_group_info(suite: CipherSuite) -> None:
    ours, theirs = _pair(suite)
    pending = external_commit(theirs.repaired_group_info(), identity("dave"))
    after = process_commit(ours, stage_commit(ours.public, pending.commit))
    assert after.epoch_authenticator == pending.state.epoch_authenticator


@SUITES
def test_their_stale_leaf_in_a_path_is_refused(suite: CipherSuite) -> None:
    ours, theirs = _pair(suite)
    commit, _ = theirs.commit()
    with refused("V331"):
        stage_commit(ours.public, commit)
