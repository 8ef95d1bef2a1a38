"""One valid example of every structure, for the tests of the decoders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cencomm.crypto.mls.public.commit import Commit, HpkeCiphertext, UpdatePath, UpdatePathNode
from cencomm.crypto.mls.public.extensions import Capabilities, Extension, RequiredCapabilities
from cencomm.crypto.mls.public.framing import (
    ContentType,
    FramedContent,
    PrivateMessage,
    PublicMessage,
    Sender,
    SenderType,
    decode_message,
    encode_message,
)
from cencomm.crypto.mls.public.key_package import MLS10
from cencomm.crypto.mls.public.leaf_node import Credential, CredentialType, LeafNodeSource, Lifetime
from cencomm.crypto.mls.public.proposals import (
    Add,
    ExternalInit,
    ExternalPsk,
    GroupContextExtensions,
    PreSharedKey,
    PreSharedKeyId,
    Proposal,
    ReInit,
    Remove,
    ResumptionPskRef,
    ResumptionUsage,
    Update,
    decode_proposal,
    encode_proposal,
)
from cencomm.crypto.mls.public.senders import ExternalSender
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.tree import ParentNode
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.welcome import EncryptedGroupSecrets, GroupInfo
from cencomm.crypto.tls import vector
from tests.unit.crypto.mls.public.world import (
    CAPABILITIES,
    SUITE,
    Client,
    fresh,
    grown,
    key_package_of,
    leaf_of,
    welcome_for,
)

NEWCOMER = Client("newcomer")


@dataclass(frozen=True)
class Sample:
    """`data`, what reads it, and what writes it back."""

    name: str
    data: bytes
    decode: Callable[[bytes], object]
    encode: Callable[[object], bytes]


def _struct(value: Struct, name: str = "") -> Sample:
    kind = type(value)
    return Sample(name or kind.__name__, value.encode(), kind.decode, _encode_struct)


def _encode_struct(value: object) -> bytes:
    assert isinstance(value, Struct)
    return value.encode()


def _proposal(value: Proposal) -> Sample:
    def encode(read: object) -> bytes:
        assert isinstance(read, Proposal)
        return encode_proposal(read)

    return Sample(f"proposal {type(value).__name__}", encode_proposal(value), decode_proposal, encode)


def proposals() -> list[Proposal]:
    return [
        Add(key_package_of(NEWCOMER)),
        Update(leaf_of(NEWCOMER, LeafNodeSource.UPDATE)),
        Remove(LeafIndex(3)),
        PreSharedKey(PreSharedKeyId(ExternalPsk(b"shared"), fresh())),
        PreSharedKey(PreSharedKeyId(ResumptionPskRef(ResumptionUsage.BRANCH, b"group", 7), fresh())),
        ReInit(b"next", MLS10, SUITE, (Extension(7, b"data"),)),
        ExternalInit(fresh()),
        GroupContextExtensions((Extension(7, b"data"), Extension(8, b""))),
    ]


def _message(data: bytes, name: str) -> Sample:
    return Sample(f"message {name}", data, decode_message, _encode_struct)


def messages() -> dict[str, bytes]:
    """Every kind of MLSMessage."""
    world = grown()
    private = PrivateMessage(world.group.group_id, 3, ContentType.APPLICATION, b"data", fresh(), fresh(100))
    return {
        "commit": world.commit(Add(key_package_of(NEWCOMER)), Remove(LeafIndex(3))),
        "external commit": world.external_commit(NEWCOMER),
        "proposal": world.message(world.proposal(Remove(LeafIndex(3)), 1)),
        "external proposal": world.message(
            world.authenticated(Remove(LeafIndex(3)), Sender(SenderType.EXTERNAL, None, 4), NEWCOMER)
        ),
        "application": world.message(world.authenticated(b"hello", Sender.member(LeafIndex(1)), world.client(1))),
        "private": encode_message(private),
        "welcome": encode_message(welcome_for(key_package_of(NEWCOMER))),
        "group info": encode_message(
            GroupInfo(world.group.context, (Extension(4, b"x"),), fresh(), LeafIndex(0), fresh())
        ),
        "key package": encode_message(key_package_of(NEWCOMER)),
    }


@lru_cache(maxsize=1)
def samples() -> tuple[Sample, ...]:
    leaf = leaf_of(NEWCOMER)
    sealed = HpkeCiphertext(fresh(), fresh(48))
    path = UpdatePath(
        leaf_of(NEWCOMER, LeafNodeSource.COMMIT, parent_hash=fresh()), (UpdatePathNode(fresh(), (sealed,)),)
    )
    x509 = Credential(CredentialType.X509, vector(b"certificate") + vector(b"issuer"))
    framed = FramedContent(b"group", 1, Sender.member(LeafIndex(2)), b"data", ContentType.APPLICATION, b"hello")
    authenticated = grown().proposal(Remove(LeafIndex(3)), 1)
    structs: list[Struct] = [
        Extension(7, b"data"),
        CAPABILITIES,
        Capabilities((), (), (), (), ()),
        RequiredCapabilities((1,), (2, 3), ()),
        Credential(CredentialType.BASIC, b"somebody"),
        x509,
        Lifetime(1, 2**64 - 1),
        leaf,
        path.leaf_node,
        key_package_of(NEWCOMER),
        sealed,
        UpdatePathNode(fresh(), (sealed, sealed)),
        path,
        Commit(tuple(proposals()), path),
        Commit((), None),
        grown().group.context,
        Sender.member(LeafIndex(1)),
        Sender(SenderType.NEW_MEMBER_COMMIT),
        framed,
        authenticated,
        PublicMessage(authenticated.content, authenticated.auth, fresh()),
        EncryptedGroupSecrets(fresh(), sealed),
        welcome_for(key_package_of(NEWCOMER)),
        ExternalSender(fresh(), leaf.credential),
        ParentNode(fresh(), fresh(), (LeafIndex(1), LeafIndex(4))),
        grown().group.tree,
        grown().group,
    ]
    return (
        *(_struct(each, f"{type(each).__name__} {place}") for place, each in enumerate(structs)),
        *(_proposal(each) for each in proposals()),
        *(_message(data, name) for name, data in messages().items()),
    )
