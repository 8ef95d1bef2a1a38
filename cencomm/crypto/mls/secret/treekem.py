"""The private half of the ratchet tree: path secrets, and the keys that one member holds (RFC 9420 §7.4-§7.6).

A member holds the private key of its leaf and of the nodes above it whose keys it has learned. A key lives exactly
as long as its public key stands in the tree: after each commit, what no longer stands there is dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cencomm.crypto import hpke
from cencomm.crypto.labels import decrypt_with_label, derive_secret, encrypt_with_label
from cencomm.crypto.mls.public.commit import HpkeCiphertext, UpdatePathNode
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_math import LeafIndex, NodeIndex, common_ancestor, leaf_to_node
from cencomm.crypto.mls.secret.key_schedule import CommitSecret
from cencomm.crypto.mls.secret.validation import refuse
from cencomm.crypto.primitives import (
    HASH_BYTES,
    KEY_BYTES,
    BadPublicKey,
    CipherSuite,
    OpenFailed,
    Random,
    Secret,
    random_bytes,
    x25519_public,
)
from cencomm.crypto.tls import Reader, Writer

_PATH_LABEL = "UpdatePathNode"


class PathSecret(Secret):
    """One step of the ladder up the tree; all above it follows from it (§7.4)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PathStep:
    """The keys of one node of a filtered direct path."""

    node: NodeIndex
    path_secret: PathSecret
    private_key: Secret
    public_key: bytes


@dataclass(frozen=True, slots=True)
class TreeKeys:
    """One member's private keys: its leaf's, and those of nodes above it."""

    own_leaf: LeafIndex
    leaf_private: Secret
    nodes: Mapping[NodeIndex, Secret] = field(default_factory=dict)

    def private_key(self, node: NodeIndex) -> Secret | None:
        if node == leaf_to_node(self.own_leaf):
            return self.leaf_private
        return self.nodes.get(node)

    def write(self, writer: Writer) -> None:
        writer.u32(self.own_leaf).raw(self.leaf_private)
        writer.vector_of(sorted(self.nodes.items()), lambda item: item[0].to_bytes(4, "big") + item[1])

    @classmethod
    def read(cls, reader: Reader) -> TreeKeys:
        own_leaf, leaf_private = LeafIndex(reader.u32()), Secret(reader.raw(KEY_BYTES))
        nodes = reader.vector_of(lambda inner: (NodeIndex(inner.u32()), Secret(inner.raw(KEY_BYTES))))
        return cls(own_leaf, leaf_private, dict(nodes))


def next_path_secret(secret: bytes) -> PathSecret:
    return PathSecret(derive_secret(secret, "path"))


def ladder(nodes: Iterable[NodeIndex], first: PathSecret) -> tuple[tuple[PathStep, ...], CommitSecret]:
    """The keys of `nodes` from the lowest up, and the commit secret above the last of them (§7.4, §8)."""
    steps: list[PathStep] = []
    secret = first
    for node in nodes:
        private, public = hpke.derive_key_pair(derive_secret(secret, "node"))
        steps.append(PathStep(node, secret, private, public))
        secret = next_path_secret(secret)
    return tuple(steps), CommitSecret(secret)


def new_path_secret(random: Random = random_bytes) -> PathSecret:
    return PathSecret(random(HASH_BYTES))


def new_leaf_key(random: Random = random_bytes) -> tuple[Secret, bytes]:
    """(private, public) of a fresh leaf encryption key."""
    return hpke.derive_key_pair(random(HASH_BYTES))


def recipients(tree: RatchetTree, copath: NodeIndex, added: Collection[LeafIndex]) -> list[NodeIndex]:
    """To whom a path secret is encrypted: the resolution of the copath node without the new members (§7.5)."""
    new = {leaf_to_node(leaf) for leaf in added}
    return [each for each in tree.resolution(copath) if each not in new]


def encrypt_path(
    suite: CipherSuite,
    tree: RatchetTree,
    sender: LeafIndex,
    steps: Sequence[PathStep],
    *,
    added: Collection[LeafIndex],
    group_context: bytes,
    random: Random = random_bytes,
) -> tuple[UpdatePathNode, ...]:
    """The nodes of an UpdatePath (§7.6).

    `group_context` is the provisional one: the new epoch and tree hash, the old confirmed transcript hash.
    """
    nodes: list[UpdatePathNode] = []
    for step, (_, copath) in zip(steps, tree.filtered_path(sender), strict=True):
        sealed: list[HpkeCiphertext] = []
        for node in recipients(tree, copath, added):
            key = tree.encryption_key(node)
            assert key is not None, "a resolution holds no blank node"
            box = encrypt_with_label(suite, key, _PATH_LABEL, group_context, step.path_secret, random=random)
            sealed.append(HpkeCiphertext(*box))
        nodes.append(UpdatePathNode(step.public_key, tuple(sealed)))
    return tuple(nodes)


def decrypt_path(
    suite: CipherSuite,
    tree: RatchetTree,
    keys: TreeKeys,
    sender: LeafIndex,
    nodes: Sequence[UpdatePathNode],
    *,
    added: Collection[LeafIndex],
    group_context: bytes,
) -> tuple[tuple[PathStep, ...], CommitSecret]:
    """Our part of a received path: the keys from the common ancestor up, and the commit secret (§7.6, §12.4.2).

    Args:
        tree: after the proposals; with or without the path merged, which changes no copath.
        keys: ours, without those of nodes that the proposals blanked.

    Raises:
        MlsError: V455 nothing in it is for us, V456 it does not open, V457 other keys than the path says.
    """
    filtered = tree.filtered_path(sender)
    meeting = common_ancestor(leaf_to_node(sender), leaf_to_node(keys.own_leaf))
    path = [node for node, _ in filtered]
    if meeting not in path or len(path) != len(nodes):
        raise refuse("V455")
    place = path.index(meeting)
    targets = recipients(tree, filtered[place][1], added)
    secret = _open_path_secret(suite, targets, keys, nodes[place].encrypted_path_secret, group_context)
    steps, commit_secret = ladder(path[place:], secret)
    for step, node in zip(steps, nodes[place:], strict=True):
        if step.public_key != node.encryption_key:
            raise refuse("V457")
    return steps, commit_secret


def _open_path_secret(
    suite: CipherSuite,
    targets: Sequence[NodeIndex],
    keys: TreeKeys,
    sealed: Sequence[HpkeCiphertext],
    group_context: bytes,
) -> PathSecret:
    if len(targets) != len(sealed):
        raise refuse("V455")
    for node, box in zip(targets, sealed, strict=True):
        private = keys.private_key(node)
        if private is None:
            continue
        try:
            opened = decrypt_with_label(suite, private, _PATH_LABEL, group_context, box.kem_output, box.ciphertext)
        except (OpenFailed, BadPublicKey):
            raise refuse("V456") from None
        if len(opened) != HASH_BYTES:
            raise refuse("V456")
        return PathSecret(opened)
    raise refuse("V455")


def standing_keys(keys: TreeKeys, tree: RatchetTree) -> TreeKeys:
    """`keys` without those whose public key no longer stands in `tree` (§9.2)."""
    kept = {node: secret for node, secret in keys.nodes.items() if stands(tree, node, secret)}
    return TreeKeys(keys.own_leaf, keys.leaf_private, kept)


def stands(tree: RatchetTree, node: NodeIndex, private: Secret) -> bool:
    """Whether `private` is the key of `node` in `tree`."""
    public = tree.encryption_key(node)
    return public is not None and public == x25519_public(private)
