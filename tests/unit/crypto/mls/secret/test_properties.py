"""Random lives of a group: all members agree in every epoch, and who has left learns nothing more (RFC 9420 §16)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cencomm.crypto.labels import decrypt_with_label
from cencomm.crypto.mls.public.framing import AuthenticatedContent
from cencomm.crypto.mls.public.group import StagedCommit, stage_commit
from cencomm.crypto.mls.public.proposals import Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex, leaf_to_node
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.mls.secret.commit import create_commit, process_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.messages import open_message, propose, propose_update
from cencomm.crypto.mls.secret.treekem import TreeKeys, decrypt_path, standing_keys, stands
from cencomm.crypto.primitives import BadPublicKey, CipherSuite, OpenFailed
from tests.unit.crypto.mls.secret.helpers import identity, refused
from tests.unit.crypto.mls.secret.world import World

MAX_MEMBERS = 30

Picks = tuple[int, int, int]


def _pick(world: World, number: int) -> int:
    leaves = sorted(world.members)
    return leaves[number % len(leaves)]


def _add(world: World, picks: Picks) -> None:
    count = min(1 + picks[1] % 6, MAX_MEMBERS - len(world.members))
    if count > 0:
        world.commit(_pick(world, picks[0]), add=count, path=picks[2] % 3 != 0)


def _remove(world: World, picks: Picks) -> None:
    committer = _pick(world, picks[0])
    leaves = sorted({_pick(world, picks[1]), _pick(world, picks[2])} - {committer})
    world.commit(committer, [Remove(LeafIndex(leaf)) for leaf in leaves])


def _swap(world: World, picks: Picks) -> None:
    committer, leaf = _pick(world, picks[0]), _pick(world, picks[1])
    if leaf != committer:
        world.commit(committer, [Remove(LeafIndex(leaf))], add=1 + picks[2] % 3)


def _update(world: World, picks: Picks) -> None:
    committer = _pick(world, picks[0])
    world.commit(committer, new_identity=identity(f"renewed {picks}") if picks[2] % 2 else None)


def _join(world: World, picks: Picks) -> None:
    if len(world.members) < MAX_MEMBERS:
        world.join(info_from=_pick(world, picks[0]))


def _rejoin(world: World, picks: Picks) -> None:
    leaf = _pick(world, picks[0])
    others = [other for other in world.members if other != leaf]
    if others:
        world.join(remove=leaf, who=world[leaf].identity, info_from=others[picks[1] % len(others)])


def _by_reference(world: World, picks: Picks) -> None:
    """One proposes to renew its own leaf, another to remove a third; a fourth commits both."""
    committer, updating, removed = (_pick(world, pick) for pick in picks)
    if len({committer, updating, removed}) < 3:
        return
    refs: dict[bytes, AuthenticatedContent] = {}
    update, _, world.members[updating] = propose_update(world[updating])
    removal, _, world.members[committer] = propose(world[committer], Remove(LeafIndex(removed)))
    for message in (update, removal):
        opened, _ = open_message(world[removed], message)
        refs[opened.proposal_reference()] = opened
    world.commit(committer, proposal_refs=refs)


def _store(world: World, picks: Picks) -> None:
    leaf = _pick(world, picks[0])
    again = GroupState.decode(world[leaf].encode())
    assert again == world[leaf]
    world.members[leaf] = again


STEPS: tuple[Callable[[World, Picks], None], ...] = (
    _add,
    _remove,
    _swap,
    _update,
    _join,
    _rejoin,
    _by_reference,
    _store,
)
number = st.integers(0, 10**6)
lives = st.lists(st.tuples(st.sampled_from(STEPS), st.tuples(number, number, number)), max_size=9)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(size=st.integers(2, 16), suite=st.sampled_from(CipherSuite), life=lives)
def test_all_members_agree_and_who_left_learns_nothing(
    size: int, suite: CipherSuite, life: list[tuple[Callable[[World, Picks], None], Picks]]
) -> None:
    world = World(size, suite)
    for step, picks in life:
        step(world, picks)
        world.agree()
        assert len(world.members) <= MAX_MEMBERS
    _all_hold_only_standing_keys(world)
    _nobody_gone_can_follow(world)


def _all_hold_only_standing_keys(world: World) -> None:
    for state in world.members.values():
        assert standing_keys(state.keys, state.public.tree) == state.keys


def _nobody_gone_can_follow(world: World) -> None:
    committer = min(world.members)
    pending = create_commit(world[committer], [])
    staged = stage_commit(world[committer].public, pending.commit)
    for leaf, state in world.members.items():
        if leaf != committer:
            _decrypt(state.keys, staged)
    for gone in world.gone:
        assert standing_keys(gone.keys, staged.before.tree).nodes == {}
        assert gone.epoch_authenticator != world[committer].epoch_authenticator
        _opens_nothing(gone.keys, staged)
        with refused("V458"):
            process_commit(gone, staged)


def _provisional(staged: StagedCommit) -> bytes:
    """The group context that a path is encrypted for (§12.4.1)."""
    return replace(staged.context, confirmed_transcript_hash=staged.before.context.confirmed_transcript_hash).encode()


def _decrypt(keys: TreeKeys, staged: StagedCommit) -> None:
    assert staged.path is not None
    decrypt_path(
        staged.before.suite,
        staged.tree,
        keys,
        staged.committer_leaf_index,
        staged.path.nodes,
        added=(),
        group_context=_provisional(staged),
    )


def _opens_nothing(keys: TreeKeys, staged: StagedCommit) -> None:
    """No ciphertext of the path opens with any key that this member ever kept, whatever leaf it claims to be."""
    assert staged.path is not None
    context = _provisional(staged)
    for node in staged.path.nodes:
        for box in node.encrypted_path_secret:
            for private in (keys.leaf_private, *keys.nodes.values()):
                try:
                    decrypt_with_label(
                        staged.before.suite, private, "UpdatePathNode", context, box.kem_output, box.ciphertext
                    )
                except (OpenFailed, BadPublicKey):
                    continue
                raise AssertionError("a removed member opened a path secret")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(size=st.integers(3, 16), who=number, then=number)
def test_an_update_locks_out_a_thief_of_the_old_keys(size: int, who: int, then: int) -> None:
    world = World(size)
    victim = _pick(world, who)
    stolen = world[victim]
    world.commit(victim)
    tree = world[victim].public.tree
    assert standing_keys(stolen.keys, tree).nodes == {}
    assert not stands(tree, leaf_to_node(LeafIndex(victim)), stolen.keys.leaf_private)
    committer = _pick(world, then)
    pending = create_commit(world[committer], [])
    staged = stage_commit(world[committer].public, pending.commit)
    if committer == victim:
        return
    _decrypt(world[victim].keys, staged)
    with pytest.raises(MlsError) as caught:
        _decrypt(stolen.keys, staged)
    assert caught.value.check in ("V455", "V456")
