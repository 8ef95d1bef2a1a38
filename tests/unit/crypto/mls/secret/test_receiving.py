"""Commits of others: what members check, each refusal before anything is changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.mls.public.group import StagedCommit, stage_commit
from cencomm.crypto.mls.public.proposals import Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit, external_commit, process_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.key_schedule import ExternalSecret, InitSecret, MembershipKey
from cencomm.crypto.mls.secret.psk import NO_PSKS
from cencomm.crypto.mls.secret.receiving import with_own
from cencomm.crypto.mls.secret.treekem import TreeKeys
from cencomm.crypto.mls.secret.validation import RemovedFromGroup
from cencomm.crypto.primitives import Secret, random_bytes
from tests.unit.crypto.mls.secret.helpers import identity, refused
from tests.unit.crypto.mls.secret.world import World


def _staged(state: GroupState, pending: PendingCommit) -> StagedCommit:
    return stage_commit(state.public, pending.commit)


def test_the_key_of_this_epoch_is_at_hand() -> None:
    state = World(2)[0]
    assert with_own(NO_PSKS, state).resumption == {(state.group_id, state.epoch): state.resumption_psk}


class TestReceiving:
    def test_a_removed_member_is_told_so(self) -> None:
        world = World(3)
        pending = create_commit(world[0], [Remove(LeafIndex(2))])
        with pytest.raises(RemovedFromGroup) as caught:
            process_commit(world[2], _staged(world[2], pending))
        assert (caught.value.code, caught.value.check) == ("mls.removed", "V453")

    def test_the_state_is_not_changed(self) -> None:
        world = World(3)
        pending, before = create_commit(world[0], []), world[1].encode()
        process_commit(world[1], _staged(world[1], pending))
        assert world[1].encode() == before

    def test_a_commit_without_a_membership_tag_is_refused(self) -> None:
        world = World(3)
        staged = _staged(world[1], create_commit(world[0], []))
        for tag in (None, bytes(32), b""):
            with refused("V450"):
                process_commit(world[1], replace(staged, membership_tag=tag))

    def test_a_membership_tag_of_another_epoch_is_refused(self) -> None:
        world = World(3)
        foreign = replace(world[1].secrets, membership_key=MembershipKey(random_bytes(32)))
        with refused("V450"):
            process_commit(replace(world[1], secrets=foreign), _staged(world[1], create_commit(world[0], [])))

    def test_another_key_schedule_is_noticed(self) -> None:
        world = World(3)
        foreign = replace(world[1].secrets, init_secret=InitSecret(random_bytes(32)))
        with refused("V452"):
            process_commit(replace(world[1], secrets=foreign), _staged(world[1], create_commit(world[0], [])))

    def test_another_external_secret_is_noticed(self) -> None:
        world = World(3)
        foreign = replace(world[1].secrets, external_secret=ExternalSecret(random_bytes(32)))
        pending = external_commit(world[0].group_info(), identity("new"))
        with refused("V452"):
            process_commit(replace(world[1], secrets=foreign), _staged(world[1], pending))

    def test_our_own_commit_is_not_processed(self) -> None:
        state = World(3)[0]
        with refused("V454"):
            process_commit(state, _staged(state, create_commit(state, [])))

    def test_a_commit_of_another_group_is_refused(self) -> None:
        one, other = World(3), World(3)
        staged = _staged(one[1], create_commit(one[0], []))
        with refused("V458"):
            process_commit(other[1], staged)

    def test_a_path_that_we_cannot_open_is_refused(self) -> None:
        world = World(5)
        staged = _staged(world[1], create_commit(world[0], []))
        foreign = replace(world[1], keys=TreeKeys(LeafIndex(1), Secret(random_bytes(32))))
        with refused("V456"):
            process_commit(foreign, staged)
        moved = replace(world[1], keys=TreeKeys(LeafIndex(6), Secret(random_bytes(32))))
        with refused("V455"):
            process_commit(moved, staged)
