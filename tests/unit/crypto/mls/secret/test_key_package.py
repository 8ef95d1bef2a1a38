"""Key packages and leaf nodes of our own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.mls.public.extensions import Capabilities, Extension
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.key_package import verify_key_package
from cencomm.crypto.mls.public.leaf_node import LeafNodeSource, verify_leaf
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle, LeafIdentity, new_key_package, sign_leaf
from cencomm.crypto.primitives import CipherSuite, random_bytes
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.mls.secret.helpers import LIFETIME, identity, key_package, refused


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_a_new_key_package_is_valid(suite: CipherSuite) -> None:
    bundle = key_package("alice", suite)
    verify_key_package(bundle.key_package, suite)
    assert decode_message(bundle.message()).body == bundle.key_package
    assert bundle.reference == bundle.key_package.reference()


def test_every_key_package_has_its_own_keys() -> None:
    who = identity("alice")
    first, second = (new_key_package(CipherSuite(3), who, lifetime=LIFETIME) for _ in range(2))
    keys = {
        first.init_private,
        first.encryption_private,
        second.init_private,
        second.encryption_private,
    }
    assert len(keys) == 4


def test_a_bundle_is_written_and_read_back() -> None:
    bundle = key_package("alice")
    assert KeyPackageBundle.decode(bundle.encode()) == bundle


@pytest.mark.parametrize("field", ["init_private", "encryption_private", "signature_seed"])
def test_a_bundle_with_a_foreign_key_is_refused(field: str) -> None:
    bundle = key_package("alice")
    foreign = bundle.encode().replace(getattr(bundle, field), random_bytes(32))
    with refused("V520"):
        KeyPackageBundle.decode(foreign)


def test_a_cut_bundle_is_malformed() -> None:
    with pytest.raises(DecodeError):
        KeyPackageBundle.decode(key_package("alice").encode()[:-1])


def test_a_seed_that_is_not_of_the_identity_is_refused() -> None:
    stranger = replace(identity("alice"), signature_seed=identity("bob").signature_seed)
    with refused("V503"):
        new_key_package(CipherSuite(3), stranger, lifetime=LIFETIME)


def test_a_leaf_of_a_commit_is_signed_for_its_place() -> None:
    who = identity("alice")
    leaf = sign_leaf(
        who, bytes(31) + b"\x09", LeafNodeSource.COMMIT, parent_hash=b"", group_id=b"g", leaf_index=LeafIndex(4)
    )
    verify_leaf(leaf, b"g", LeafIndex(4))
    with refused("V110"):
        verify_leaf(leaf, b"g", LeafIndex(5))


def test_a_leaf_supports_what_it_carries() -> None:
    carried = replace(identity("alice"), extensions=(Extension(0xF0C1, b"chain"),))
    assert 0xF0C1 in carried.leaf_capabilities().extensions
    told = replace(carried, capabilities=Capabilities((1,), (3,), (7,), (), (1,)))
    assert told.leaf_capabilities().extensions == (7,)


def test_the_identity_of_a_leaf_is_the_one_that_made_it() -> None:
    bundle = key_package("alice")
    again = LeafIdentity.of(bundle.key_package.leaf_node, bundle.signature_seed)
    again.check()
    assert again.credential.identity == b"alice"


def test_no_private_key_shows_itself() -> None:
    bundle = key_package("alice")
    for secret in (bundle.init_private, bundle.encryption_private, bundle.signature_seed):
        assert repr(bytes(secret))[2:-1] not in repr(bundle)
