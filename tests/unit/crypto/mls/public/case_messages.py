"""Cases of V140..V149: signatures, senders, addresses."""

from __future__ import annotations

from dataclasses import replace

from cencomm.crypto.mls.public.commit import Commit
from cencomm.crypto.mls.public.extensions import Extension, ExtensionType
from cencomm.crypto.mls.public.framing import (
    ContentType,
    PrivateMessage,
    PublicMessage,
    Sender,
    SenderType,
    decode_message,
    encode_message,
)
from cencomm.crypto.mls.public.group import public_group_from_group_info
from cencomm.crypto.mls.public.leaf_node import LeafNodeSource
from cencomm.crypto.mls.public.proposals import Add, ExternalInit, ProposalRef, Remove, Update
from cencomm.crypto.mls.public.senders import ExternalSender, check_sender_may
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.tls import vector
from tests.unit.crypto.mls.public.cases import breaks
from tests.unit.crypto.mls.public.world import Client, founded, fresh, grown, key_package_of, leaf_of

OUTSIDER = Client("outsider")


@breaks("V140")
def commit_signed_by_another_member() -> object:
    world = grown()
    commit = Commit((), world.path_after((), 1))
    return world.stage(world.message(world.authenticated(commit, Sender.member(LeafIndex(1)), world.client(2))))


@breaks("V140")
def external_commit_signed_by_another_than_its_leaf() -> object:
    world = grown()
    commit = Commit((ExternalInit(fresh()),), world.external_path(OUTSIDER))
    sender = Sender(SenderType.NEW_MEMBER_COMMIT)
    return world.stage(world.message(world.authenticated(commit, sender, Client("another"))))


@breaks("V140")
def referenced_proposal_signed_by_another() -> object:
    world = grown()
    proposal = world.authenticated(Remove(LeafIndex(3)), Sender.member(LeafIndex(1)), world.client(2))
    return world.stage(world.commit(ProposalRef(proposal.proposal_reference()), path=False), [proposal])


@breaks("V140")
def commit_signed_for_another_context() -> object:
    world, changed = grown(), grown()
    changed = replace(changed, group=replace(changed.group, context=replace(changed.group.context, tree_hash=fresh())))
    commit = Commit((), world.path_after(()))
    authenticated = changed.authenticated(commit, Sender.member(LeafIndex(0)), world.client(0))
    return world.stage(world.message(authenticated))


@breaks("V141")
def commit_of_an_external_sender() -> object:
    world = grown()
    sender = Sender(SenderType.EXTERNAL, None, 0)
    return world.stage(world.message(world.authenticated(Commit((), None), sender, OUTSIDER)))


@breaks("V141")
def commit_of_one_who_may_only_propose() -> object:
    world = grown()
    sender = Sender(SenderType.NEW_MEMBER_PROPOSAL)
    return world.stage(world.message(world.authenticated(Commit((), None), sender, OUTSIDER)))


@breaks("V141")
def removal_proposed_by_one_who_may_only_add_itself() -> object:
    world = grown()
    proposal = world.authenticated(Remove(LeafIndex(1)), Sender(SenderType.NEW_MEMBER_PROPOSAL), OUTSIDER)
    return world.stage(world.commit(ProposalRef(proposal.proposal_reference()), path=False), [proposal])


@breaks("V141")
def update_proposed_from_outside() -> object:
    world = grown()
    leaf = leaf_of(OUTSIDER, LeafNodeSource.UPDATE)
    proposal = world.authenticated(Update(leaf), Sender(SenderType.EXTERNAL, None, 0), OUTSIDER)
    return world.stage(world.commit(ProposalRef(proposal.proposal_reference()), path=False), [proposal])


@breaks("V142")
def application_data_in_the_clear() -> object:
    world = grown()
    return world.stage(world.message(world.authenticated(b"hello", Sender.member(LeafIndex(0)), world.client(0))))


@breaks("V143")
def private_message() -> object:
    world = grown()
    private = PrivateMessage(world.group.group_id, world.group.epoch, ContentType.COMMIT, b"", fresh(), fresh())
    return world.stage(encode_message(private))


@breaks("V144")
def commit_from_a_blank_leaf() -> object:
    world = grown()
    commit = Commit((), world.path_after(()))
    return world.stage(world.message(world.authenticated(commit, Sender.member(LeafIndex(6)), OUTSIDER)))


@breaks("V144")
def commit_from_outside_of_the_tree() -> object:
    world = grown()
    commit = Commit((), world.path_after(()))
    return world.stage(world.message(world.authenticated(commit, Sender.member(LeafIndex(2**32 - 1)), OUTSIDER)))


@breaks("V145")
def commit_for_another_group() -> object:
    return grown().stage(grown().commit(group_id=b"another group"))


@breaks("V146")
def commit_for_a_past_epoch() -> object:
    return grown().stage(grown().commit(epoch=grown().group.epoch - 1))


@breaks("V146")
def commit_for_a_coming_epoch() -> object:
    return grown().stage(grown().commit(epoch=grown().group.epoch + 1))


@breaks("V147")
def proposal_of_an_external_sender_in_a_group_without_any() -> object:
    world = grown()
    proposal = world.authenticated(Remove(LeafIndex(1)), Sender(SenderType.EXTERNAL, None, 0), OUTSIDER)
    return world.stage(world.commit(ProposalRef(proposal.proposal_reference()), path=False), [proposal])


@breaks("V147")
def proposal_of_an_external_sender_beyond_the_list() -> object:
    listed = ExternalSender(OUTSIDER.signature_key, leaf_of(OUTSIDER).credential)
    world = founded(extensions=(Extension(ExtensionType.EXTERNAL_SENDERS, vector(listed.encode())),))
    add = Add(key_package_of(Client("newcomer")))
    proposal = world.authenticated(add, Sender(SenderType.EXTERNAL, None, 1), OUTSIDER)
    return world.stage(world.commit(ProposalRef(proposal.proposal_reference()), path=False), [proposal])


@breaks("V148")
def key_package_instead_of_a_commit() -> object:
    return grown().stage(encode_message(key_package_of(OUTSIDER)))


@breaks("V148")
def proposal_instead_of_a_commit() -> object:
    return grown().stage(grown().message(grown().proposal(Remove(LeafIndex(1)), 0)))


@breaks("V149")
def commit_with_a_short_confirmation_tag() -> object:
    return grown().stage(grown().commit(tag=fresh(31)))


@breaks("V149")
def commit_without_a_confirmation_tag() -> object:
    return grown().stage(grown().commit(tag=b""))


@breaks("V150")
def commit_with_a_short_membership_tag() -> object:
    world = grown()
    body = decode_message(world.commit()).body
    assert isinstance(body, PublicMessage)
    return world.stage(encode_message(replace(body, membership_tag=fresh(31))))


@breaks("V149")
def group_info_with_a_short_confirmation_tag() -> object:
    return public_group_from_group_info(grown().group_info(confirmation_tag=fresh(31)))


@breaks("V141")
def application_data_of_one_who_is_not_in() -> object:
    content = grown().authenticated(b"hello", Sender(SenderType.NEW_MEMBER_COMMIT), OUTSIDER).content
    check_sender_may(content)
    return content
