"""Groups to try the public rules on: signed as real ones are, with random keys where members would have secrets."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.mls.public.commit import Commit, HpkeCiphertext, UpdatePath, UpdatePathNode
from cencomm.crypto.mls.public.extensions import Capabilities, Extension, ExtensionType
from cencomm.crypto.mls.public.framing import (
    AuthenticatedContent,
    Content,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    encode_message,
    sign_content,
)
from cencomm.crypto.mls.public.group import PublicGroup, StagedCommit, stage_commit
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.key_package import KEY_PACKAGE_LABEL, MLS10, KeyPackage, key_package_tbs
from cencomm.crypto.mls.public.leaf_node import (
    LEAF_LABEL,
    Credential,
    CredentialType,
    LeafNode,
    LeafNodeSource,
    Lifetime,
    leaf_tbs,
)
from cencomm.crypto.mls.public.proposal_list import apply
from cencomm.crypto.mls.public.proposals import Add, ExternalInit, Proposal, ProposalOrRef, ProposalRef, Remove
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_math import LeafIndex, leaf_to_node
from cencomm.crypto.mls.public.welcome import (
    GROUP_INFO_LABEL,
    EncryptedGroupSecrets,
    GroupInfo,
    Welcome,
    group_info_tbs,
)
from cencomm.crypto.primitives import DEFAULT_SUITE, HASH_BYTES, KEY_BYTES, TAG_BYTES, Secret, ed25519_public
from cencomm.crypto.tls import vector

SUITE = DEFAULT_SUITE
GROUP_ID = b"a group"
SUPPORTED = 0xF0C0
UNSUPPORTED = 0xF0FF
GROUP_EXTENSION = Extension(SUPPORTED, b"of the group")
CAPABILITIES = Capabilities((MLS10,), (SUITE,), (SUPPORTED,), (), (CredentialType.BASIC,))
LIFETIME = Lifetime(1_000, 2_000)

_counter = itertools.count()


def fresh(size: int = KEY_BYTES) -> bytes:
    """Bytes that were never given before."""
    return hashlib.shake_128(b"%d" % next(_counter)).digest(size)


@dataclass(frozen=True)
class Client:
    name: str

    @property
    def seed(self) -> Secret:
        return Secret(hashlib.sha256(self.name.encode()).digest())

    @property
    def signature_key(self) -> bytes:
        return ed25519_public(self.seed)


def sign_leaf(leaf: LeafNode, client: Client, index: LeafIndex | None = None) -> LeafNode:
    return replace(leaf, signature=sign_with_label(client.seed, LEAF_LABEL, leaf_tbs(leaf, GROUP_ID, index)))


def leaf_of(
    client: Client, source: LeafNodeSource = LeafNodeSource.KEY_PACKAGE, *, index: LeafIndex | None = None, **other: Any
) -> LeafNode:
    """A signed leaf; `other` replaces fields before it is signed."""
    leaf = LeafNode(
        encryption_key=fresh(),
        signature_key=client.signature_key,
        credential=Credential(CredentialType.BASIC, client.name.encode()),
        capabilities=CAPABILITIES,
        source=source,
        lifetime=LIFETIME if source is LeafNodeSource.KEY_PACKAGE else None,
        parent_hash=b"" if source is LeafNodeSource.COMMIT else None,
        extensions=(),
        signature=b"",
    )
    return sign_leaf(replace(leaf, **other), client, LeafIndex(0) if index is None else index)


def sign_key_package(key_package: KeyPackage, client: Client) -> KeyPackage:
    return replace(key_package, signature=sign_with_label(client.seed, KEY_PACKAGE_LABEL, key_package_tbs(key_package)))


def key_package_of(client: Client, leaf: LeafNode | None = None, **other: Any) -> KeyPackage:
    unsigned = KeyPackage(MLS10, SUITE, fresh(), leaf or leaf_of(client), (), b"")
    return sign_key_package(replace(unsigned, **other), client)


@dataclass(frozen=True)
class World:
    """A group, and who its members are."""

    group: PublicGroup
    clients: Mapping[LeafIndex, Client] = field(default_factory=dict)

    def client(self, index: int) -> Client:
        return self.clients[LeafIndex(index)]

    # -------------------------------------------------------- paths

    def path(
        self,
        tree: RatchetTree,
        index: LeafIndex,
        client: Client,
        *,
        added: Sequence[LeafIndex] = (),
        keys: Sequence[bytes] | None = None,
        **leaf: Any,
    ) -> UpdatePath:
        filtered = tree.filtered_path(index)
        node_keys = [fresh() for _ in filtered] if keys is None else list(keys)
        _, parent_hash = tree.with_path(index, node_keys)
        fields: dict[str, Any] = {"source": LeafNodeSource.COMMIT, "index": index, "parent_hash": parent_hash} | leaf
        new_leaf = leaf_of(client, **fields)
        skipped = {leaf_to_node(each) for each in added}
        nodes = []
        for key, (_, copath_child) in zip(node_keys, filtered, strict=True):
            reached = [node for node in tree.resolution(copath_child) if node not in skipped]
            sealed = tuple(HpkeCiphertext(fresh(), fresh(HASH_BYTES + TAG_BYTES)) for _ in reached)
            nodes.append(UpdatePathNode(key, sealed))
        return UpdatePath(new_leaf, tuple(nodes))

    def path_after(self, proposals: Sequence[tuple[Proposal, Sender]], by: int = 0, **leaf: Any) -> UpdatePath:
        """The path of a member's commit with these proposals."""
        applied = apply(self.group, proposals)
        added = [index for index, _ in applied.added]
        return self.path(applied.tree, LeafIndex(by), self.client(by), added=added, **leaf)

    # -------------------------------------------------------- messages

    def authenticated(
        self, content: Content, sender: Sender, client: Client, *, tag: bytes | None = None, **other: Any
    ) -> AuthenticatedContent:
        """Signed content of this epoch; `other` replaces fields of the content before it is signed."""
        if isinstance(content, Commit):
            content_type, tag = ContentType.COMMIT, fresh() if tag is None else tag
        else:
            content_type = ContentType.APPLICATION if isinstance(content, bytes) else ContentType.PROPOSAL
        framed = FramedContent(self.group.group_id, self.group.epoch, sender, b"data", content_type, content)
        framed = replace(framed, **other)
        signature = sign_content(client.seed, WireFormat.PUBLIC_MESSAGE, framed, self.group.context)
        return AuthenticatedContent(WireFormat.PUBLIC_MESSAGE, framed, FramedContentAuthData(signature, tag))

    def message(self, authenticated: AuthenticatedContent) -> bytes:
        from_member = authenticated.content.sender.sender_type is SenderType.MEMBER
        tag = fresh() if from_member else None
        return encode_message(PublicMessage(authenticated.content, authenticated.auth, tag))

    def commit(self, *proposals: ProposalOrRef, by: int = 0, path: UpdatePath | bool = True, **other: Any) -> bytes:
        """A member's commit. A path is made for the proposals by value, which must then be valid."""
        sender = Sender.member(LeafIndex(by))
        if path is True:
            path = self.path_after([(each, sender) for each in proposals if not isinstance(each, ProposalRef)], by)
        commit = Commit(proposals, path or None)
        return self.message(self.authenticated(commit, sender, self.client(by), **other))

    def proposal(self, proposal: Proposal, by: int, **other: Any) -> AuthenticatedContent:
        return self.authenticated(proposal, Sender.member(LeafIndex(by)), self.client(by), **other)

    def external_path(self, client: Client, removed: Sequence[int] = (), **leaf: Any) -> UpdatePath:
        tree = self.group.tree
        for index in removed:
            tree = tree.remove(LeafIndex(index))
        tree, index = tree.add(leaf_of(client))
        return self.path(tree, index, client, **leaf)

    def external_commit(
        self, client: Client, *proposals: ProposalOrRef, path: UpdatePath | bool = True, **other: Any
    ) -> bytes:
        items = proposals or (ExternalInit(fresh()),)
        if path is True:
            path = self.external_path(client, [each.removed for each in items if isinstance(each, Remove)])
        sender = Sender(SenderType.NEW_MEMBER_COMMIT)
        return self.message(self.authenticated(Commit(items, path or None), sender, client, **other))

    def stage(self, message: bytes, known: Sequence[AuthenticatedContent] = ()) -> StagedCommit:
        return stage_commit(self.group, message, proposals={each.proposal_reference(): each for each in known})

    def after(self, message: bytes, **clients: Client) -> World:
        """The world after a commit; one who joined is named by the index as `i5=client`."""
        named = {LeafIndex(int(name[1:])): client for name, client in clients.items()}
        return World(self.stage(message).next(), {**self.clients, **named})

    # -------------------------------------------------------- what comes with a commit

    def group_info(self, by: int = 0, *, signer: Client | None = None, **other: Any) -> bytes:
        extensions = (
            Extension(ExtensionType.RATCHET_TREE, self.group.tree.encode()),
            Extension(ExtensionType.EXTERNAL_PUB, vector(fresh())),
        )
        unsigned = GroupInfo(self.group.context, extensions, self.group.confirmation_tag, LeafIndex(by), b"")
        return sign_group_info(replace(unsigned, **other), signer or self.client(by))


def sign_group_info(group_info: GroupInfo, client: Client) -> bytes:
    signature = sign_with_label(client.seed, GROUP_INFO_LABEL, group_info_tbs(group_info))
    return encode_message(replace(group_info, signature=signature))


def group_info_for(tree: RatchetTree, client: Client, index: int = 0, **context: Any) -> bytes:
    """A signed GroupInfo that vouches for this tree, whatever is wrong with it."""
    group_context = GroupContext(MLS10, SUITE, GROUP_ID, 3, tree.tree_hash(), fresh(), (GROUP_EXTENSION,))
    extension = Extension(ExtensionType.RATCHET_TREE, tree.encode())
    unsigned = GroupInfo(replace(group_context, **context), (extension,), fresh(), LeafIndex(index), b"")
    return sign_group_info(unsigned, client)


def welcome_for(*key_packages: KeyPackage, kem_output: bytes | None = None, cipher_suite: int = SUITE) -> Welcome:
    sealed = HpkeCiphertext(fresh() if kem_output is None else kem_output, fresh(100))
    secrets = tuple(EncryptedGroupSecrets(each.reference(), sealed) for each in key_packages)
    return Welcome(cipher_suite, secrets, fresh(200))


def founded(*, extensions: tuple[Extension, ...] = (GROUP_EXTENSION,), **leaf: Any) -> World:
    """A group of one, in epoch 0."""
    founder = Client("founder")
    tree = RatchetTree.of(leaf_of(founder, **leaf))
    context = GroupContext(MLS10, SUITE, GROUP_ID, 0, tree.tree_hash(), b"", extensions)
    return World(PublicGroup.of(context, tree, fresh()), {LeafIndex(0): founder})


@lru_cache(maxsize=1)
def grown() -> World:
    """Six members in a tree for eight, with paths, blank parents and unmerged leaves."""
    world = founded()
    newcomers = [Client(f"member {number}") for number in range(1, 5)]
    world = world.after(
        world.commit(*(Add(key_package_of(client)) for client in newcomers)),
        **{f"i{index}": client for index, client in enumerate(newcomers, 1)},
    )
    for committer in (1, 2, 4):
        world = world.after(world.commit(by=committer))
    last = Client("member 5")
    return world.after(world.commit(Add(key_package_of(last)), path=False), i5=last)
