"""Lists of proposals: what they make of the group, in the order of §12.3. Refusals stand in the table of cases."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.extensions import Extension, ExtensionType, RequiredCapabilities
from cencomm.crypto.mls.public.framing import Sender
from cencomm.crypto.mls.public.leaf_node import LeafNodeSource
from cencomm.crypto.mls.public.proposal_list import apply, check_path_present, of_type
from cencomm.crypto.mls.public.proposals import (
    Add,
    ExternalPsk,
    GroupContextExtensions,
    PreSharedKey,
    PreSharedKeyId,
    Proposal,
    ReInit,
    Remove,
    Update,
)
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.mls.public.world import (
    GROUP_EXTENSION,
    SUITE,
    SUPPORTED,
    Client,
    fresh,
    grown,
    key_package_of,
    leaf_of,
)

NEWCOMER = Client("newcomer")
COMMITTER = Sender.member(LeafIndex(0))
PSK = PreSharedKey(PreSharedKeyId(ExternalPsk(b"shared"), fresh()))


def test_removals_make_room_for_those_who_are_added_whatever_the_order() -> None:
    add, remove = Add(key_package_of(NEWCOMER)), Remove(LeafIndex(2))
    applied = apply(grown().group, [(add, COMMITTER), (remove, COMMITTER)])
    assert applied.added == ((LeafIndex(2), add.key_package.leaf_node),)
    assert applied.removed == ((LeafIndex(2), grown().group.tree.leaf(LeafIndex(2))),)
    assert applied.tree.leaf(LeafIndex(2)) == add.key_package.leaf_node


def test_member_may_be_removed_and_added_again_in_one_commit() -> None:
    member = grown().client(3)
    staged = grown().stage(grown().commit(Remove(LeafIndex(3)), Add(key_package_of(member))))
    assert [index for index, _ in staged.added] == [3]


def test_update_replaces_the_leaf_and_blanks_its_path() -> None:
    leaf = leaf_of(grown().client(4), LeafNodeSource.UPDATE, index=LeafIndex(4))
    applied = apply(grown().group, [(Update(leaf), Sender.member(LeafIndex(4)))])
    assert applied.updated == ((LeafIndex(4), leaf),)
    assert applied.tree.leaf(LeafIndex(4)) == leaf
    assert applied.tree.parent(applied.tree.root) is None


def test_new_extensions_replace_all_and_must_suit_those_who_are_added_with_them() -> None:
    changed = Extension(SUPPORTED, b"changed")
    applied = apply(grown().group, [(GroupContextExtensions((changed,)), COMMITTER)])
    assert applied.extensions == (changed,)
    assert apply(grown().group, [(GroupContextExtensions(()), COMMITTER)]).extensions == ()
    assert apply(grown().group, []).extensions == (GROUP_EXTENSION,)


def test_requirements_that_only_the_removed_lack_are_no_obstacle() -> None:
    poor = Client("poor")
    world = grown()
    world = world.after(world.commit(GroupContextExtensions(())))
    capabilities = leaf_of(poor).capabilities
    leaf = leaf_of(poor, capabilities=type(capabilities)((1,), (SUITE,), (), (), (1,)))
    world = world.after(world.commit(Add(key_package_of(poor, leaf)), path=False), i6=poor)
    required = Extension(ExtensionType.REQUIRED_CAPABILITIES, RequiredCapabilities((SUPPORTED,)).encode())
    staged = world.stage(world.commit(GroupContextExtensions((required,)), Remove(LeafIndex(6))))
    assert staged.context.extensions == (required,)


@pytest.mark.parametrize("extension_type", [ExtensionType.REQUIRED_CAPABILITIES, ExtensionType.EXTERNAL_SENDERS])
def test_malformed_extensions_that_we_know_are_malformed(extension_type: int) -> None:
    with pytest.raises(DecodeError):
        apply(grown().group, [(GroupContextExtensions((Extension(extension_type, b"\x01"),)), COMMITTER)])


def test_keys_and_re_initialisation_are_handed_on() -> None:
    re_init = ReInit(b"next", 1, SUITE)
    assert apply(grown().group, [(PSK, COMMITTER)]).psks == (PSK.psk,)
    assert apply(grown().group, [(re_init, COMMITTER)]).re_init == re_init
    assert of_type([(PSK, COMMITTER), (re_init, COMMITTER)], ReInit) == [re_init]


@pytest.mark.parametrize("proposal", [Add(key_package_of(NEWCOMER)), PSK, ReInit(b"next", 1, SUITE)])
def test_commit_that_takes_nothing_from_anybody_needs_no_path(proposal: Proposal) -> None:
    check_path_present([(proposal, COMMITTER)], has_path=False)
    assert grown().stage(grown().commit(proposal, path=False)).path is None
