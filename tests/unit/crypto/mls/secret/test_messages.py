"""Application data and proposals between members."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.mls.public.framing import (
    ContentType,
    PrivateMessage,
    PublicMessage,
    decode_message,
    encode_message,
)
from cencomm.crypto.mls.public.proposals import Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.messages import (
    check_membership_tag,
    open_message,
    proposal_of,
    propose,
    propose_update,
    protect,
    unprotect,
)
from cencomm.crypto.primitives import CipherSuite
from tests.unit.crypto.mls.secret.helpers import refused
from tests.unit.crypto.mls.secret.world import World


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_what_one_says_the_others_read(suite: CipherSuite) -> None:
    world = World(3, suite)
    message, world.members[1] = protect(world[1], b"secret", authenticated_data=b"open", padding=100)
    for leaf in (0, 2):
        received, world.members[leaf] = unprotect(world[leaf], message)
        assert (received.sender, received.epoch, received.authenticated_data) == (1, 1, b"open")
        assert received.data == b"secret"
        assert "secret" not in repr(received)
    assert b"secret" not in message


def test_a_message_is_read_once() -> None:
    world = World(2)
    message, _ = protect(world[0], b"data")
    _, after = unprotect(world[1], message)
    with refused("V410"):
        unprotect(after, message)


def test_our_own_message_cannot_be_read_by_us() -> None:
    message, after = protect(World(2)[0], b"data")
    with refused("V410"):
        unprotect(after, message)


def test_a_message_that_fails_takes_no_key() -> None:
    world = World(2)
    message, _ = protect(world[0], b"data")
    broken = message[:-1] + bytes([message[-1] ^ 1])
    with refused("V423"):
        unprotect(world[1], broken)
    assert unprotect(world[1], message)[0].data == b"data"


def test_a_message_of_another_epoch_is_refused() -> None:
    world = World(2)
    message, _ = protect(world[0], b"data")
    world.commit(0)
    with refused("V420"):
        unprotect(world[1], message)


def test_a_message_of_another_group_is_refused() -> None:
    message, _ = protect(World(2)[0], b"data")
    with refused("V421"):  # same id and epoch, other secrets
        unprotect(World(2)[1], message)


def test_a_proposal_is_no_application_data() -> None:
    world = World(3)
    message, _, _ = propose(world[0], Remove(LeafIndex(2)), private=True)
    with refused("V425"):
        unprotect(world[1], message)
    with refused("V425"):
        unprotect(world[1], world[0].group_info())


def test_a_private_message_of_one_who_signs_for_another_is_refused() -> None:
    world = World(3)
    forger = replace(world[1], signature_seed=world[2].signature_seed)
    message, _ = protect(forger, b"data")
    with refused("V140"):
        unprotect(world[0], message)


@pytest.mark.parametrize("private", [False, True])
def test_a_proposal_has_one_reference_everywhere(private: bool) -> None:
    world = World(3)
    message, reference, after = propose(world[0], Remove(LeafIndex(2)), authenticated_data=b"x", private=private)
    opened, _ = open_message(world[1], message)
    assert opened.proposal_reference() == reference
    assert opened.content.authenticated_data == b"x"
    assert proposal_of(opened) == Remove(LeafIndex(2))
    assert (after == world[0]) is not private
    kind = PrivateMessage if private else PublicMessage
    assert isinstance(decode_message(message).body, kind)


def test_a_public_proposal_without_the_right_membership_tag_is_refused() -> None:
    world = World(3)
    message, _, _ = propose(world[0], Remove(LeafIndex(2)))
    body = decode_message(message).body
    assert isinstance(body, PublicMessage)
    with refused("V450"):
        open_message(world[1], encode_message(replace(body, membership_tag=bytes(32))))
    with refused("V450"):
        check_membership_tag(world[1], body.authenticated, None)


def test_an_update_keeps_its_keys_until_it_is_committed() -> None:
    world = World(2)
    _, _, after = propose_update(world[1])
    assert len(after.updates) == 1
    assert world[1].updates == ()
    assert proposal_of(open_message(world[0], protect(world[1], b"x")[0])[0]) is None


def test_data_in_a_public_message_is_refused() -> None:
    world = World(2)
    message, _, _ = propose(world[0], Remove(LeafIndex(1)))
    body = decode_message(message).body
    assert isinstance(body, PublicMessage)
    content = replace(body.content, content_type=ContentType.APPLICATION, content=b"data")
    with refused("V142"):
        open_message(world[1], encode_message(replace(body, content=content)))
