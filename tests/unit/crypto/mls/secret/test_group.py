"""A member's state: created, exported from, kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.mls.public.extensions import Extension, ExtensionType, find
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.group import PublicGroup, check_group_info, public_group_from_group_info
from cencomm.crypto.mls.public.key_package import verify_key_package
from cencomm.crypto.mls.public.welcome import GroupInfo
from cencomm.crypto.mls.secret.group import GroupState, check_confirmation_tag, create_group
from cencomm.crypto.mls.secret.key_schedule import EncryptionSecret
from cencomm.crypto.mls.secret.messages import propose_update, protect
from cencomm.crypto.mls.secret.secret_tree import SecretTree
from cencomm.crypto.mls.secret.treekem import TreeKeys
from cencomm.crypto.primitives import CipherSuite, Secret, random_bytes
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.mls.secret.helpers import LIFETIME, identity, key_package, refused
from tests.unit.crypto.mls.secret.world import World


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_a_new_group_has_one_member_in_epoch_0(suite: CipherSuite) -> None:
    extensions = (Extension(ExtensionType.APPLICATION_ID, b"x"),)
    state = create_group(suite, b"id", identity("alice"), lifetime=LIFETIME, extensions=extensions)
    assert (state.group_id, state.epoch, state.own_leaf_index, state.suite) == (b"id", 0, 0, suite)
    assert state.public.context.extensions == extensions
    assert state.public.context.confirmed_transcript_hash == b""
    assert public_group_from_group_info(state.group_info()) == state.public


def test_two_groups_of_one_member_share_no_secret() -> None:
    who = identity("alice")
    first, second = (create_group(CipherSuite(3), b"id", who, lifetime=LIFETIME) for _ in range(2))
    assert first.epoch_authenticator != second.epoch_authenticator
    assert first.export("label", b"", 32) != second.export("label", b"", 32)


def test_a_group_info_says_what_is_asked_for() -> None:
    state = World(3)[1]
    check_group_info(state.public, state.group_info())
    bare = decode_message(state.group_info(external_pub=False, ratchet_tree=False)).body
    assert isinstance(bare, GroupInfo)
    assert bare.extensions == ()
    assert bare.signer == 1
    full = decode_message(state.group_info()).body
    assert isinstance(full, GroupInfo)
    assert find(full.extensions, ExtensionType.RATCHET_TREE) == state.public.tree.encode()


class TestStorage:
    @pytest.mark.parametrize("size", [1, 2, 5, 9])
    def test_a_state_is_written_and_read_back(self, size: int) -> None:
        world = World(size)
        world.commit(size - 1)
        for state in world.members.values():
            _, state = protect(state, b"data")  # noqa: PLW2901
            _, _, state = propose_update(state)  # noqa: PLW2901
            again = GroupState.decode(state.encode())
            assert again == state
            assert again.encode() == state.encode()

    def test_a_state_with_foreign_secrets_is_refused(self) -> None:
        world = World(5)
        mine, other = world[1], World(5)[1]
        foreign = [
            replace(mine, signature_seed=Secret(random_bytes(32))),
            replace(mine, secrets=other.secrets),
            replace(mine, keys=other.keys),
            replace(mine, keys=replace(mine.keys, own_leaf=world[2].own_leaf_index)),
            replace(mine, keys=TreeKeys(mine.own_leaf_index, mine.keys.leaf_private, other.keys.nodes)),
            replace(mine, secret_tree=SecretTree.from_encryption_secret(mine.suite, 4, EncryptionSecret(bytes(32)))),
        ]
        for state in foreign:
            with refused("V520"):
                GroupState.decode(state.encode())

    def test_an_unknown_version_is_malformed(self) -> None:
        data = World(1)[0].encode()
        with pytest.raises(DecodeError):
            GroupState.decode(b"\x07" + data[1:])


def test_a_wrong_confirmation_tag_is_refused() -> None:
    state = World(2)[0]
    check_confirmation_tag(state.public, state.secrets, "V452")
    wrong = PublicGroup.of(state.public.context, state.public.tree, bytes(32))
    with refused("V452"):
        check_confirmation_tag(wrong, state.secrets, "V452")


def test_an_identity_comes_back_from_the_leaf() -> None:
    state = World(2)[1]
    assert state.identity.signature_key == state.own_leaf.signature_key
    state.identity.check()
    verify_key_package(key_package("other").key_package, state.suite)


def test_no_secret_shows_itself() -> None:
    state = World(3)[1]
    shown = repr(state)
    for secret in (state.signature_seed, state.keys.leaf_private, state.epoch_authenticator, state.resumption_psk):
        assert repr(bytes(secret))[2:-1] not in shown
