"""Who may say what, and under which key. Refusals stand in the table of cases."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.extensions import Extension, ExtensionType
from cencomm.crypto.mls.public.framing import Sender, SenderType
from cencomm.crypto.mls.public.proposals import Add, ProposalRef, Remove
from cencomm.crypto.mls.public.senders import ExternalSender, check_authentic, decode_external_senders, sender_key
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.tls import DecodeError, Writer, vector
from tests.unit.crypto.mls.public.world import Client, World, founded, grown, key_package_of, leaf_of

NEWCOMER = Client("newcomer")
SERVICE = Client("service")


def _with_service() -> World:
    listed = ExternalSender(SERVICE.signature_key, leaf_of(SERVICE).credential)
    return founded(extensions=(Extension(ExtensionType.EXTERNAL_SENDERS, vector(listed.encode())),))


def test_member_signs_with_the_key_of_its_leaf() -> None:
    content = grown().proposal(Remove(LeafIndex(1)), 3).content
    assert sender_key(grown().group, content) == grown().client(3).signature_key


def test_listed_sender_may_propose_to_add() -> None:
    world = _with_service()
    add = Add(key_package_of(NEWCOMER))
    proposal = world.authenticated(add, Sender(SenderType.EXTERNAL, None, 0), SERVICE)
    check_authentic(world.group, proposal)
    staged = world.stage(world.commit(ProposalRef(proposal.proposal_reference()), path=False), [proposal])
    assert [leaf for _, leaf in staged.added] == [add.key_package.leaf_node]
    assert staged.proposals == ((add, proposal.content.sender),)


def test_newcomer_may_propose_itself() -> None:
    world = grown()
    add = Add(key_package_of(NEWCOMER))
    proposal = world.authenticated(add, Sender(SenderType.NEW_MEMBER_PROPOSAL), NEWCOMER)
    check_authentic(world.group, proposal)
    staged = world.stage(world.commit(ProposalRef(proposal.proposal_reference()), path=False), [proposal])
    assert staged.by_reference
    assert [index for index, _ in staged.added] == [6]


def test_list_of_senders_is_bounded() -> None:
    sender = ExternalSender(b"", leaf_of(SERVICE).credential)
    assert len(decode_external_senders(Writer().vector(sender.encode() * 256).bytes())) == 256
    with pytest.raises(DecodeError, match="too_many_items"):
        decode_external_senders(Writer().vector(sender.encode() * 257).bytes())
