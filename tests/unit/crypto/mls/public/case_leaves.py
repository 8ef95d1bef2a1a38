"""Cases of V100..V124: key packages, leaves, extensions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cencomm.crypto.mls.public.extensions import Capabilities, Extension, ExtensionType, RequiredCapabilities
from cencomm.crypto.mls.public.group import public_group_from_group_info
from cencomm.crypto.mls.public.key_package import MLS10
from cencomm.crypto.mls.public.leaf_node import Credential, CredentialType, LeafNodeSource, Lifetime
from cencomm.crypto.mls.public.proposals import Add, GroupContextExtensions, ProposalRef, Update
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.tls import vector
from tests.unit.crypto.mls.public.cases import breaks
from tests.unit.crypto.mls.public.world import (
    CAPABILITIES,
    SUITE,
    SUPPORTED,
    UNSUPPORTED,
    Client,
    founded,
    fresh,
    group_info_for,
    grown,
    key_package_of,
    leaf_of,
)

NEWCOMER = Client("newcomer")


def _add(**key_package: Any) -> object:
    return grown().stage(grown().commit(Add(key_package_of(NEWCOMER, **key_package)), path=False))


def _add_leaf(**leaf: Any) -> object:
    return _add(leaf=leaf_of(NEWCOMER, **leaf))


def _tree_of(*leaves: Any, **context: Any) -> object:
    tree = RatchetTree.of(leaf_of(Client("founder")))
    for leaf in leaves:
        tree, _ = tree.add(leaf)
    return public_group_from_group_info(group_info_for(tree, Client("founder"), **context))


@breaks("V100")
def group_of_another_protocol_version() -> object:
    return _tree_of(version=2)


@breaks("V101")
def group_of_another_suite() -> object:
    return _tree_of(cipher_suite=2)


@breaks("V102")
def key_package_of_another_version() -> object:
    return _add(version=2)


@breaks("V102")
def key_package_of_another_suite() -> object:
    return _add(cipher_suite=1)


@breaks("V103")
def key_package_signed_by_another() -> object:
    key_package = key_package_of(NEWCOMER)
    forged = replace(key_package, signature=key_package_of(Client("another")).signature)
    return grown().stage(grown().commit(Add(forged), path=False))


@breaks("V104")
def init_key_that_is_the_leaf_key() -> object:
    leaf = leaf_of(NEWCOMER)
    return _add(leaf=leaf, init_key=leaf.encryption_key)


@breaks("V105")
def init_key_of_another_length() -> object:
    return _add(init_key=fresh(31))


@breaks("V110")
def leaf_signed_by_another() -> object:
    return _add(leaf=replace(leaf_of(NEWCOMER), signature=leaf_of(Client("another")).signature))


@breaks("V110")
def update_signed_for_another_place() -> object:
    world = grown()
    leaf = leaf_of(world.client(1), LeafNodeSource.UPDATE, index=LeafIndex(2))
    update = world.proposal(Update(leaf), 1)
    return world.stage(world.commit(ProposalRef(update.proposal_reference())), [update])


@breaks("V110")
def member_of_a_received_tree_signed_by_another() -> object:
    return _tree_of(replace(leaf_of(NEWCOMER), signature=fresh(64)))


@breaks("V111")
def key_package_with_a_leaf_from_an_update() -> object:
    return _add_leaf(source=LeafNodeSource.UPDATE)


@breaks("V111")
def update_with_a_leaf_from_a_key_package() -> object:
    world = grown()
    update = world.proposal(Update(leaf_of(world.client(1))), 1)
    return world.stage(world.commit(ProposalRef(update.proposal_reference())), [update])


@breaks("V112")
def newcomer_without_the_version() -> object:
    return _add_leaf(capabilities=replace(CAPABILITIES, versions=(2,)))


@breaks("V113")
def newcomer_without_the_suite() -> object:
    return _add_leaf(capabilities=replace(CAPABILITIES, cipher_suites=(1,)))


@breaks("V113")
def committer_that_gives_up_the_suite() -> object:
    world = grown()
    return world.stage(world.commit(path=world.path_after((), capabilities=replace(CAPABILITIES, cipher_suites=()))))


@breaks("V114")
def extensions_that_require_what_members_lack() -> object:
    required = RequiredCapabilities(extensions=(UNSUPPORTED,))
    extension = Extension(ExtensionType.REQUIRED_CAPABILITIES, required.encode())
    return grown().stage(grown().commit(GroupContextExtensions((extension,)), path=grown().path_after(())))


@breaks("V114")
def newcomer_without_a_required_proposal() -> object:
    required = Extension(ExtensionType.REQUIRED_CAPABILITIES, RequiredCapabilities(proposals=(0xF001,)).encode())
    able = replace(CAPABILITIES, proposals=(0xF001,))
    world = founded(extensions=(required,), capabilities=able)
    return world.stage(world.commit(Add(key_package_of(NEWCOMER)), path=False))


@breaks("V114")
def newcomer_without_a_required_credential() -> object:
    required = Extension(ExtensionType.REQUIRED_CAPABILITIES, RequiredCapabilities(credentials=(2,)).encode())
    world = founded(extensions=(required,), capabilities=replace(CAPABILITIES, credentials=(1, 2)))
    return world.stage(world.commit(Add(key_package_of(NEWCOMER)), path=False))


@breaks("V115")
def newcomer_without_its_own_credential() -> object:
    return _add_leaf(capabilities=replace(CAPABILITIES, credentials=(2,)))


@breaks("V116")
def newcomer_with_a_credential_that_members_lack() -> object:
    both = replace(CAPABILITIES, credentials=(1, 2))
    return _add_leaf(capabilities=both, credential=Credential(CredentialType.X509, vector(b"certificate")))


@breaks("V116")
def received_tree_with_a_credential_that_a_member_lacks() -> object:
    both = replace(CAPABILITIES, credentials=(1, 2))
    credential = Credential(CredentialType.X509, vector(b"certificate"))
    return _tree_of(leaf_of(NEWCOMER, capabilities=both, credential=credential))


@breaks("V117")
def leaf_with_an_extension_that_it_lacks() -> object:
    return _add_leaf(extensions=(Extension(UNSUPPORTED, b""),))


@breaks("V118")
def lifetime_that_ends_before_it_begins() -> object:
    return _add_leaf(lifetime=Lifetime(2, 1))


@breaks("V119")
def newcomer_with_a_member_s_encryption_key() -> object:
    member = grown().group.tree.leaf(LeafIndex(3))
    assert member is not None
    return _add_leaf(encryption_key=member.encryption_key)


@breaks("V120")
def newcomer_with_a_member_s_signature_key() -> object:
    world = grown()
    return world.stage(world.commit(Add(key_package_of(world.client(3))), path=False))


@breaks("V120")
def received_tree_with_a_member_twice() -> object:
    return _tree_of(leaf_of(Client("founder")))


@breaks("V121")
def leaf_with_an_encryption_key_of_another_length() -> object:
    return _add_leaf(encryption_key=fresh(33))


@breaks("V121")
def leaf_with_an_encryption_key_of_small_order() -> object:
    return _add_leaf(encryption_key=bytes(32))


@breaks("V105")
def init_key_of_small_order() -> object:
    return _add(init_key=bytes(32))


@breaks("V122")
def leaf_with_a_signature_key_of_another_length() -> object:
    return _add_leaf(signature_key=fresh(31))


@breaks("V123")
def newcomer_without_an_extension_of_the_group() -> object:
    return _add_leaf(capabilities=Capabilities((MLS10,), (SUITE,), (), (), (CredentialType.BASIC,)))


@breaks("V123")
def extensions_that_members_lack() -> object:
    extensions = GroupContextExtensions((Extension(UNSUPPORTED, b""),))
    return grown().stage(grown().commit(extensions, path=grown().path_after(())))


@breaks("V124")
def leaf_with_two_extensions_of_one_type() -> object:
    return _add_leaf(extensions=(Extension(SUPPORTED, b"1"), Extension(SUPPORTED, b"2")))


@breaks("V124")
def group_context_with_two_extensions_of_one_type() -> object:
    twice = GroupContextExtensions((Extension(SUPPORTED, b"1"), Extension(SUPPORTED, b"2")))
    return grown().stage(grown().commit(twice, path=grown().path_after(())))


@breaks("V124")
def key_package_with_two_extensions_of_one_type() -> object:
    return _add(extensions=(Extension(SUPPORTED, b"1"), Extension(SUPPORTED, b"2")))


@breaks("V124")
def group_info_with_two_extensions_of_one_type() -> object:
    return public_group_from_group_info(grown().group_info(extensions=(Extension(9, b""), Extension(9, b""))))
