"""Leaves: what their signature covers, and what their form depends on. Refusals stand in the table of cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.mls.public.leaf_node import (
    Credential,
    CredentialType,
    LeafNode,
    LeafNodeSource,
    leaf_tbs,
    verify_leaf,
)
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.tls import DecodeError, vector
from tests.unit.crypto.mls.public.world import GROUP_ID, Client, leaf_of

CLIENT = Client("somebody")
PLACED = [LeafNodeSource.UPDATE, LeafNodeSource.COMMIT]


def test_leaf_of_a_key_package_verifies_anywhere() -> None:
    leaf = leaf_of(CLIENT)
    verify_leaf(leaf)
    verify_leaf(leaf, b"any group", LeafIndex(9))


@pytest.mark.parametrize("source", PLACED)
def test_other_leaf_verifies_only_in_its_place(source: LeafNodeSource) -> None:
    leaf = leaf_of(CLIENT, source, index=LeafIndex(3))
    verify_leaf(leaf, GROUP_ID, LeafIndex(3))
    for group_id, index in ((GROUP_ID, LeafIndex(2)), (b"another", LeafIndex(3))):
        with pytest.raises(MlsError) as refusal:
            verify_leaf(leaf, group_id, index)
        assert refusal.value.check == "V110"


@pytest.mark.parametrize("source", PLACED)
def test_asking_without_the_place_is_our_own_fault(source: LeafNodeSource) -> None:
    with pytest.raises(ValueError, match="place"):
        leaf_tbs(leaf_of(CLIENT, source))


@pytest.mark.parametrize("source", list(LeafNodeSource))
def test_form_depends_on_the_source(source: LeafNodeSource) -> None:
    leaf = LeafNode.decode(leaf_of(CLIENT, source).encode())
    assert (leaf.lifetime is not None) == (source is LeafNodeSource.KEY_PACKAGE)
    assert (leaf.parent_hash is not None) == (source is LeafNodeSource.COMMIT)


@pytest.mark.parametrize("value", [0, 4, 255])
def test_unknown_source_is_refused(value: int) -> None:
    leaf = leaf_of(CLIENT, LeafNodeSource.UPDATE)
    place = len(leaf.unsigned) - 2
    data = leaf.encode()
    assert data[place] == LeafNodeSource.UPDATE
    with pytest.raises(DecodeError, match="leaf_node_source_unknown"):
        LeafNode.decode(data[:place] + bytes([value]) + data[place + 1 :])


def test_changed_leaf_forgets_what_it_was_encoded_as() -> None:
    leaf = leaf_of(CLIENT)
    leaf.encode()
    assert replace(leaf, signature=b"x").encode().endswith(vector(b"x"))


def test_certificates_must_be_a_list() -> None:
    chain = vector(b"certificate") + vector(b"issuer")
    assert Credential.decode(Credential(CredentialType.X509, chain).encode()).identity == chain
    with pytest.raises(DecodeError, match="truncated"):
        Credential.decode(Credential(CredentialType.X509, b"\x05abc").encode())


def test_unknown_credential_is_refused() -> None:
    with pytest.raises(DecodeError, match="credential_unknown"):
        Credential.decode(Credential(3, b"").encode())
