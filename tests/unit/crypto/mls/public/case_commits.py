"""Cases of V300..V342: lists of proposals, external commits, update paths."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cencomm.crypto.mls.public import subtree as st
from cencomm.crypto.mls.public.commit import Commit, HpkeCiphertext, UpdatePath, UpdatePathNode
from cencomm.crypto.mls.public.framing import AuthenticatedContent, Sender
from cencomm.crypto.mls.public.leaf_node import LeafNodeSource
from cencomm.crypto.mls.public.proposal_list import check_external_list
from cencomm.crypto.mls.public.proposals import (
    Add,
    ExternalInit,
    ExternalPsk,
    GroupContextExtensions,
    PreSharedKey,
    PreSharedKeyId,
    Proposal,
    ProposalRef,
    ReInit,
    Remove,
    ResumptionPskRef,
    ResumptionUsage,
    Update,
)
from cencomm.crypto.mls.public.tree import MAX_LEAVES, RatchetTree
from cencomm.crypto.mls.public.tree_math import LeafIndex
from tests.unit.crypto.mls.public.cases import breaks
from tests.unit.crypto.mls.public.world import (
    GROUP_EXTENSION,
    GROUP_ID,
    SUITE,
    Client,
    fresh,
    grown,
    key_package_of,
    leaf_of,
)

NEWCOMER = Client("newcomer")
JOINER = Client("joiner")


def _remove(index: int) -> Remove:
    return Remove(LeafIndex(index))


def _psk(nonce_bytes: int = 32) -> PreSharedKey:
    return PreSharedKey(PreSharedKeyId(ExternalPsk(b"shared"), fresh(nonce_bytes)))


def _update(by: int, **leaf: Any) -> AuthenticatedContent:
    new = leaf_of(grown().client(by), LeafNodeSource.UPDATE, index=LeafIndex(by), **leaf)
    return grown().proposal(Update(new), by)


def _ref(proposal: AuthenticatedContent) -> ProposalRef:
    return ProposalRef(proposal.proposal_reference())


def _commit(*proposals: Proposal) -> object:
    """A commit whose list is at fault: any path will do."""
    return grown().stage(grown().commit(*proposals, path=grown().path_after(())))


# ---------------------------------------------------------------- lists of proposals


@breaks("V300")
def update_of_the_committer_by_value() -> object:
    return _commit(Update(leaf_of(grown().client(0), LeafNodeSource.UPDATE)))


@breaks("V300")
def update_of_the_committer_by_reference() -> object:
    update = _update(0)
    return grown().stage(grown().commit(_ref(update)), [update])


@breaks("V301")
def committer_that_removes_itself() -> object:
    return _commit(_remove(0))


@breaks("V301")
def committer_that_obeys_its_own_removal() -> object:
    proposal = grown().proposal(_remove(0), 1)
    return grown().stage(grown().commit(_ref(proposal)), [proposal])


@breaks("V302")
def leaf_removed_twice() -> object:
    return _commit(_remove(1), _remove(1))


@breaks("V302")
def leaf_updated_and_removed() -> object:
    update = _update(1)
    return grown().stage(grown().commit(_ref(update), _remove(1), path=grown().path_after(())), [update])


@breaks("V303")
def client_added_twice() -> object:
    return _commit(Add(key_package_of(NEWCOMER)), Add(key_package_of(NEWCOMER)))


@breaks("V304")
def removal_of_a_blank_leaf() -> object:
    return _commit(_remove(6))


@breaks("V304")
def removal_beyond_the_tree() -> object:
    return _commit(_remove(2**32 - 1))


@breaks("V304")
def external_commit_that_removes_a_blank_leaf() -> object:
    path = grown().external_path(JOINER)
    return grown().stage(grown().external_commit(JOINER, ExternalInit(fresh()), _remove(7), path=path))


@breaks("V305")
def pre_shared_key_named_twice() -> object:
    psk = _psk()
    return _commit(psk, psk)


@breaks("V306")
def extensions_replaced_twice() -> object:
    extensions = GroupContextExtensions((GROUP_EXTENSION,))
    return _commit(extensions, extensions)


@breaks("V307")
def re_init_with_a_removal() -> object:
    return _commit(ReInit(b"next", 1, SUITE), _remove(1))


@breaks("V308")
def external_init_of_a_member() -> object:
    return _commit(ExternalInit(fresh()))


@breaks("V311")
def empty_commit_without_a_path() -> object:
    return grown().stage(grown().commit(path=False))


@breaks("V311")
def removal_without_a_path() -> object:
    return grown().stage(grown().commit(_remove(1), path=False))


@breaks("V311")
def update_without_a_path() -> object:
    update = _update(1)
    return grown().stage(grown().commit(_ref(update), path=False), [update])


@breaks("V311")
def new_extensions_without_a_path() -> object:
    return grown().stage(grown().commit(GroupContextExtensions((GROUP_EXTENSION,)), path=False))


@breaks("V312")
def resumption_key_for_a_re_initialised_group() -> object:
    key = ResumptionPskRef(ResumptionUsage.REINIT, GROUP_ID, 1)
    return _commit(PreSharedKey(PreSharedKeyId(key, fresh())))


@breaks("V312")
def resumption_key_for_a_branch() -> object:
    key = ResumptionPskRef(ResumptionUsage.BRANCH, GROUP_ID, 1)
    return _commit(PreSharedKey(PreSharedKeyId(key, fresh())))


@breaks("V313")
def pre_shared_key_with_a_short_nonce() -> object:
    return _commit(_psk(31))


@breaks("V314")
def re_init_to_a_lower_version() -> object:
    return _commit(ReInit(b"next", 0, SUITE))


@breaks("V315")
def reference_to_an_unknown_proposal() -> object:
    return grown().stage(grown().commit(ProposalRef(fresh()), path=False))


@breaks("V316")
def reference_named_twice() -> object:
    proposal = grown().proposal(Add(key_package_of(NEWCOMER)), 1)
    return grown().stage(grown().commit(_ref(proposal), _ref(proposal), path=False), [proposal])


@breaks("V317")
def reference_to_a_proposal_of_another_epoch() -> object:
    proposal = grown().proposal(Add(key_package_of(NEWCOMER)), 1, epoch=1)
    return grown().stage(grown().commit(_ref(proposal), path=False), [proposal])


@breaks("V317")
def reference_to_a_proposal_of_another_group() -> object:
    proposal = grown().proposal(Add(key_package_of(NEWCOMER)), 1, group_id=b"another")
    return grown().stage(grown().commit(_ref(proposal), path=False), [proposal])


@breaks("V317")
def reference_to_something_that_is_no_proposal() -> object:
    said = grown().authenticated(b"hello", Sender.member(LeafIndex(1)), grown().client(1))
    return grown().stage(grown().commit(_ref(said), path=False), [said])


@breaks("V318")
def update_that_keeps_the_key() -> object:
    leaf = grown().group.tree.leaf(LeafIndex(1))
    assert leaf is not None
    update = _update(1, encryption_key=leaf.encryption_key)
    return grown().stage(grown().commit(_ref(update), path=grown().path_after(())), [update])


# ---------------------------------------------------------------- external commits


def _external(*proposals: Proposal | ProposalRef) -> object:
    return grown().stage(grown().external_commit(JOINER, *proposals, path=grown().external_path(JOINER)))


@breaks("V320")
def external_commit_with_two_inits() -> object:
    return _external(ExternalInit(fresh()), ExternalInit(fresh()))


@breaks("V320")
def external_commit_without_an_init() -> object:
    return _external(_remove(1))


@breaks("V321")
def external_commit_that_removes_two() -> object:
    return _external(ExternalInit(fresh()), _remove(1), _remove(2))


@breaks("V322")
def external_commit_that_adds() -> object:
    return _external(ExternalInit(fresh()), Add(key_package_of(NEWCOMER)))


@breaks("V322")
def external_commit_that_replaces_extensions() -> object:
    return _external(ExternalInit(fresh()), GroupContextExtensions(()))


@breaks("V323")
def external_commit_that_names_a_proposal() -> object:
    proposal = grown().proposal(_remove(1), 2)
    message = grown().external_commit(JOINER, ExternalInit(fresh()), _ref(proposal), path=grown().external_path(JOINER))
    return grown().stage(message, [proposal])


@breaks("V324")
def external_commit_without_a_path() -> object:
    return grown().stage(grown().external_commit(JOINER, path=False))


@breaks("V324")
def list_of_an_external_commit_without_a_path() -> None:
    check_external_list(grown().group, Commit((ExternalInit(fresh()),), None), ())


@breaks("V325")
def external_init_with_a_kem_output_of_another_length() -> object:
    return _external(ExternalInit(fresh(33)))


# ---------------------------------------------------------------- update paths


def _with_path(path: UpdatePath, by: int = 0) -> object:
    return grown().stage(grown().commit(by=by, path=path))


def _with_node(place: int, **changes: Any) -> object:
    """A path whose node is changed after its leaf was signed (no parent hash covers ciphertexts)."""
    path = grown().path_after(())
    nodes = list(path.nodes)
    nodes[place] = replace(nodes[place], **changes)
    return _with_path(UpdatePath(path.leaf_node, tuple(nodes)))


def _node(place: int) -> UpdatePathNode:
    return grown().path_after(()).nodes[place]


@breaks("V330")
def path_with_a_leaf_from_an_update() -> object:
    return _with_path(grown().path_after((), source=LeafNodeSource.UPDATE, parent_hash=None))


@breaks("V330")
def path_with_a_leaf_from_a_key_package() -> object:
    key_package_leaf = leaf_of(grown().client(0))
    return _with_path(UpdatePath(key_package_leaf, grown().path_after(()).nodes))


@breaks("V331")
def path_that_keeps_the_leaf_s_key() -> object:
    leaf = grown().group.tree.leaf(LeafIndex(0))
    assert leaf is not None
    return _with_path(grown().path_after((), encryption_key=leaf.encryption_key))


@breaks("V332")
def path_without_its_last_node() -> object:
    path = grown().path_after(())
    return _with_path(UpdatePath(path.leaf_node, path.nodes[:-1]))


@breaks("V332")
def path_with_a_node_more() -> object:
    path = grown().path_after(())
    return _with_path(UpdatePath(path.leaf_node, (*path.nodes, UpdatePathNode(fresh(), ()))))


@breaks("V332")
def path_without_nodes() -> object:
    return _with_path(UpdatePath(grown().path_after(()).leaf_node, ()))


@breaks("V333")
def path_node_that_leaves_somebody_out() -> object:
    return _with_node(0, encrypted_path_secret=())


@breaks("V333")
def path_node_with_a_ciphertext_more() -> object:
    sealed = _node(2).encrypted_path_secret
    return _with_node(2, encrypted_path_secret=(*sealed, sealed[0]))


@breaks("V333")
def path_node_that_reaches_a_newcomer() -> object:
    add = Add(key_package_of(NEWCOMER))
    path = grown().path_after([(add, Sender.member(LeafIndex(0)))])
    last = path.nodes[-1]
    more = replace(last, encrypted_path_secret=(*last.encrypted_path_secret, last.encrypted_path_secret[0]))
    path = UpdatePath(path.leaf_node, (*path.nodes[:-1], more))
    return grown().stage(grown().commit(add, path=path))


@breaks("V334")
def path_with_another_key_than_its_leaf_vouches_for() -> object:
    return _with_node(1, encryption_key=fresh())


@breaks("V334")
def path_whose_leaf_has_another_parent_hash() -> object:
    return _with_path(grown().path_after((), parent_hash=fresh()))


@breaks("V335")
def path_with_a_key_of_the_tree() -> object:
    leaf = grown().group.tree.leaf(LeafIndex(3))
    assert leaf is not None
    return _with_path(grown().path_after((), keys=[fresh(), leaf.encryption_key, fresh()]))


@breaks("V335")
def path_with_a_parent_s_key_of_the_tree() -> object:
    _, parent = next(grown().group.tree.parents())
    return _with_path(grown().path_after((), keys=[fresh(), fresh(), parent.encryption_key]))


@breaks("V335")
def path_with_one_key_twice() -> object:
    key = fresh()
    return _with_path(grown().path_after((), keys=[key, fresh(), key]))


@breaks("V335")
def external_path_with_a_member_s_key() -> object:
    leaf = grown().group.tree.leaf(LeafIndex(3))
    assert leaf is not None
    path = grown().external_path(JOINER, encryption_key=leaf.encryption_key)
    return grown().stage(grown().external_commit(JOINER, path=path))


@breaks("V336")
def path_with_a_key_of_another_length() -> object:
    return _with_path(grown().path_after((), keys=[fresh(), fresh(31), fresh()]))


@breaks("V336")
def path_with_a_key_of_small_order() -> object:
    return _with_path(grown().path_after((), keys=[fresh(), bytes(32), fresh()]))


@breaks("V121")
def path_whose_leaf_has_a_key_of_small_order() -> object:
    return _with_path(grown().path_after((), encryption_key=bytes(32)))


@breaks("V337")
def ciphertext_of_another_length() -> object:
    sealed = [HpkeCiphertext(fresh(), fresh(47)) for _ in _node(0).encrypted_path_secret]
    return _with_node(0, encrypted_path_secret=tuple(sealed))


@breaks("V337")
def kem_output_of_another_length() -> object:
    sealed = [HpkeCiphertext(fresh(31), fresh(48)) for _ in _node(0).encrypted_path_secret]
    return _with_node(0, encrypted_path_secret=tuple(sealed))


# ---------------------------------------------------------------- the group


@breaks("V340")
def commit_in_the_last_epoch() -> object:
    world = grown()
    context = replace(world.group.context, epoch=2**64 - 1)
    world = replace(world, group=replace(world.group, context=context))
    return world.stage(world.commit())


@breaks("V341")
def commit_after_a_re_init() -> object:
    world = grown().after(grown().commit(ReInit(b"next", 1, SUITE), path=False))
    return world.stage(world.commit())


@breaks("V342")
def member_for_a_full_tree() -> object:
    leaf = leaf_of(NEWCOMER)
    full: st.Subtree = st.LeafTree(0, leaf)
    while full.width < MAX_LEAVES:
        full = st.join(None, full, full)
    return RatchetTree(full).add(leaf)
