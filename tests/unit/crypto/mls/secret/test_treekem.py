"""Path secrets and private keys; the official vectors run in tests/vectors/test_mls_treekem.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.labels import encrypt_with_label
from cencomm.crypto.mls.public.commit import HpkeCiphertext, UpdatePathNode
from cencomm.crypto.mls.public.tree_math import LeafIndex, NodeIndex
from cencomm.crypto.mls.secret import treekem
from cencomm.crypto.mls.secret.treekem import PathStep, TreeKeys
from cencomm.crypto.primitives import DEFAULT_SUITE, Secret, random_bytes
from cencomm.crypto.tls import Reader, Writer
from tests.unit.crypto.mls.secret.helpers import refused
from tests.unit.crypto.mls.secret.world import World

SENDER = LeafIndex(0)


@pytest.fixture(scope="module")
def world() -> World:
    return World(7)


def _path(world: World, added: tuple[LeafIndex, ...] = ()) -> tuple[tuple[PathStep, ...], tuple[UpdatePathNode, ...]]:
    tree = world[0].public.tree
    steps, _ = treekem.ladder(tree.filtered_direct_path(SENDER), treekem.new_path_secret())
    nodes = treekem.encrypt_path(DEFAULT_SUITE, tree, SENDER, steps, added=added, group_context=b"context")
    return steps, nodes


def _open(world: World, leaf: int, nodes: tuple[UpdatePathNode, ...], **changes: object) -> tuple[PathStep, ...]:
    arguments: dict[str, object] = {"added": (), "group_context": b"context", **changes}
    return treekem.decrypt_path(
        DEFAULT_SUITE,
        world[0].public.tree,
        world[leaf].keys,
        SENDER,
        nodes,
        **arguments,  # type: ignore[arg-type]
    )[0]


def test_every_member_learns_what_it_must(world: World) -> None:
    steps, nodes = _path(world)
    for leaf in range(1, 7):
        learned = _open(world, leaf, nodes)
        assert learned == steps[-len(learned) :]
    assert _open(world, 1, nodes) == steps


def test_new_members_are_told_nothing(world: World) -> None:
    _, nodes = _path(world, (LeafIndex(1),))
    assert nodes[0].encrypted_path_secret == ()
    with refused("V455"):
        _open(world, 1, nodes, added=(LeafIndex(1),))


def test_a_path_of_another_length_is_refused(world: World) -> None:
    _, nodes = _path(world)
    with refused("V455"):
        _open(world, 3, nodes[:-1])


def test_a_node_with_another_number_of_ciphertexts_is_refused(world: World) -> None:
    _, nodes = _path(world)
    empty = (replace(nodes[0], encrypted_path_secret=()), *nodes[1:])
    with refused("V455"):
        _open(world, 1, empty)


def test_a_path_for_another_context_is_refused(world: World) -> None:
    _, nodes = _path(world)
    with refused("V456"):
        _open(world, 1, nodes, group_context=b"other")


def test_a_broken_kem_output_is_refused(world: World) -> None:
    _, nodes = _path(world)
    box = HpkeCiphertext(bytes(32), nodes[0].encrypted_path_secret[0].ciphertext)
    with refused("V456"):
        _open(world, 1, (replace(nodes[0], encrypted_path_secret=(box,)), *nodes[1:]))


def test_a_path_secret_of_another_length_is_refused(world: World) -> None:
    _, nodes = _path(world)
    key = world[1].own_leaf.encryption_key
    box = HpkeCiphertext(*encrypt_with_label(DEFAULT_SUITE, key, "UpdatePathNode", b"context", bytes(31)))
    with refused("V456"):
        _open(world, 1, (replace(nodes[0], encrypted_path_secret=(box,)), *nodes[1:]))


def test_keys_that_do_not_follow_from_the_secret_are_refused(world: World) -> None:
    _, nodes = _path(world)
    other, _ = _path(world)
    swapped = (*nodes[:-1], replace(nodes[-1], encryption_key=other[-1].public_key))
    with refused("V457"):
        _open(world, 1, swapped)


def test_only_standing_keys_are_kept(world: World) -> None:
    keys, tree = world[1].keys, world[1].public.tree
    assert treekem.standing_keys(keys, tree) == keys
    strange = replace(
        keys, nodes={**keys.nodes, NodeIndex(1): Secret(random_bytes(32)), NodeIndex(99): Secret(b"x" * 32)}
    )
    assert NodeIndex(1) not in treekem.standing_keys(strange, tree).nodes
    assert NodeIndex(99) not in treekem.standing_keys(strange, tree).nodes


def test_keys_are_written_and_read_back(world: World) -> None:
    writer = Writer()
    world[1].keys.write(writer)
    reader = Reader(writer.bytes())
    assert TreeKeys.read(reader) == world[1].keys
    reader.end()


def test_no_key_shows_itself(world: World) -> None:
    steps, _ = _path(world)
    for secret in (world[1].keys.leaf_private, steps[0].path_secret, steps[0].private_key):
        assert repr(bytes(secret))[2:-1] not in repr((world[1].keys, steps))
