"""The parts of a commit before it is framed; whole commits are tested in test_commit.py."""

from __future__ import annotations

from cencomm.crypto.mls.public.framing import Sender, WireFormat
from cencomm.crypto.mls.public.transcript import confirmed_transcript_hash
from cencomm.crypto.mls.secret.draft import Draft, fresh_path, seal_commit, without_path
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.key_schedule import NO_COMMIT_SECRET, NO_PSK_SECRET, confirmation_tag
from cencomm.crypto.mls.secret.treekem import standing_keys
from cencomm.crypto.primitives import random_bytes
from tests.unit.crypto.mls.secret.helpers import counting
from tests.unit.crypto.mls.secret.world import World


def _draft(state: GroupState) -> Draft:
    return Draft(
        before=state.public,
        sender=Sender.member(state.own_leaf_index),
        own_leaf=state.own_leaf_index,
        signature_seed=state.signature_seed,
        tree=state.public.tree,
        extensions=(),
        proposals=(),
        psk_ids=(),
        added=(),
        authenticated_data=b"",
        wire_format=WireFormat.PUBLIC_MESSAGE,
    )


def test_a_fresh_path_renews_every_key_of_ours() -> None:
    state = World(5)[1]
    path = fresh_path(_draft(state), state.identity, random_bytes)
    assert path.update_path is not None
    assert path.keys.leaf_private != state.keys.leaf_private
    assert not set(path.keys.nodes.values()) & set(state.keys.nodes.values())
    assert standing_keys(path.keys, path.tree) == path.keys
    assert path.tree.merge_path(state.own_leaf_index, path.update_path) == path.tree
    assert state.public.tree.merge_path(state.own_leaf_index, path.update_path) == path.tree


def test_without_a_path_our_keys_stay() -> None:
    state = World(5)[1]
    path = without_path(_draft(state), state.keys)
    assert (path.update_path, path.steps, path.commit_secret) == (None, (), NO_COMMIT_SECRET)
    assert path.keys == state.keys


def test_the_tag_confirms_the_transcript_of_the_new_epoch() -> None:
    state = World(3)[1]
    draft = _draft(state)
    path = fresh_path(draft, state.identity, counting())
    sealed = seal_commit(draft, path, state.secrets.init_secret, NO_PSK_SECRET)
    confirmed = confirmed_transcript_hash(state.public.interim_transcript_hash, sealed.authenticated)
    assert sealed.authenticated.auth.confirmation_tag == confirmation_tag(sealed.derived[0].confirmation_key, confirmed)
