"""A member's state in one epoch: the public group, and the secrets that make us a member (RFC 9420 §8, §11).

A state is never changed. Whatever moves on - a commit, a message key that was used - gives another state, and the
caller keeps that one and forgets the old.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.mls.public.extensions import Extension, ExtensionType
from cencomm.crypto.mls.public.framing import encode_message
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.key_package import MLS10
from cencomm.crypto.mls.public.leaf_node import LeafNode, LeafNodeSource, Lifetime
from cencomm.crypto.mls.public.transcript import interim_transcript_hash
from cencomm.crypto.mls.public.tree import RatchetTree
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.welcome import GROUP_INFO_LABEL, GroupInfo, group_info_tbs
from cencomm.crypto.mls.secret.key_package import LeafIdentity, sign_leaf
from cencomm.crypto.mls.secret.key_schedule import (
    EncryptionSecret,
    EpochAuthenticator,
    EpochSecret,
    EpochSecrets,
    ResumptionPsk,
    confirmation_tag,
    derive_epoch,
    export,
    external_key_pair,
    new_epoch_secret,
)
from cencomm.crypto.mls.secret.secret_tree import SecretTree
from cencomm.crypto.mls.secret.treekem import TreeKeys, new_leaf_key, stands
from cencomm.crypto.mls.secret.validation import refuse
from cencomm.crypto.primitives import (
    KEY_BYTES,
    CipherSuite,
    Random,
    Secret,
    constant_time_equal,
    ed25519_public,
    random_bytes,
    x25519_public,
)
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all, vector

_STATE_VERSION = 1
_MAX_UPDATES = 64


@dataclass(frozen=True, slots=True)
class OwnUpdate:
    """The private keys of an Update that we proposed and that nobody has committed yet (§12.1.2)."""

    encryption_key: bytes
    encryption_private: Secret
    signature_seed: Secret

    def encode(self) -> bytes:
        return Writer().vector(self.encryption_key).raw(self.encryption_private).raw(self.signature_seed).bytes()

    @classmethod
    def read(cls, reader: Reader) -> OwnUpdate:
        return cls(reader.vector(), Secret(reader.raw(KEY_BYTES)), Secret(reader.raw(KEY_BYTES)))


@dataclass(frozen=True, slots=True)
class GroupState:
    """Everything that one member holds of one epoch."""

    public: PublicGroup
    keys: TreeKeys
    secrets: EpochSecrets
    secret_tree: SecretTree
    signature_seed: Secret
    updates: tuple[OwnUpdate, ...] = ()

    @property
    def suite(self) -> CipherSuite:
        return self.public.suite

    @property
    def group_id(self) -> bytes:
        return self.public.group_id

    @property
    def epoch(self) -> int:
        return self.public.epoch

    @property
    def own_leaf_index(self) -> LeafIndex:
        return self.keys.own_leaf

    @property
    def own_leaf(self) -> LeafNode:
        leaf = self.public.tree.leaf(self.keys.own_leaf)
        assert leaf is not None, "a state is made only for a member"
        return leaf

    @property
    def identity(self) -> LeafIdentity:
        """Who we are in this group: what our leaf says, and the seed that signs for it."""
        return LeafIdentity.of(self.own_leaf, self.signature_seed)

    @property
    def epoch_authenticator(self) -> EpochAuthenticator:
        """Equal for all members of an epoch and for nobody else (§8.7)."""
        return self.secrets.epoch_authenticator

    @property
    def resumption_psk(self) -> ResumptionPsk:
        """Proves to others that its holder was a member in this epoch (§8.6)."""
        return self.secrets.resumption_psk

    def export(self, label: str, context: bytes, length: int) -> Secret:
        """MLS-Exporter (§8.5): a secret of `length` bytes for the application."""
        return export(self.secrets.exporter_secret, label, context, length)

    def group_info(self, *, external_pub: bool = True, ratchet_tree: bool = True) -> bytes:
        """A GroupInfo of this epoch signed by us, as MLSMessage, with the tree in it (§12.4.3)."""
        return encode_message(self.signed_group_info(external_pub=external_pub, ratchet_tree=ratchet_tree))

    def signed_group_info(self, *, external_pub: bool = True, ratchet_tree: bool = True) -> GroupInfo:
        extensions: list[Extension] = []
        if ratchet_tree:
            extensions.append(Extension(ExtensionType.RATCHET_TREE, self.public.tree.encode()))
        if external_pub:
            _, public = external_key_pair(self.secrets.external_secret)
            extensions.append(Extension(ExtensionType.EXTERNAL_PUB, vector(public)))
        unsigned = GroupInfo(
            self.public.context, tuple(extensions), self.public.confirmation_tag, self.own_leaf_index, b""
        )
        signature = sign_with_label(self.signature_seed, GROUP_INFO_LABEL, group_info_tbs(unsigned))
        return replace(unsigned, signature=signature)

    def encode(self) -> bytes:
        """For sealed storage: it holds every secret of the epoch."""
        writer = Writer().u8(_STATE_VERSION).vector(self.public.encode())
        self.keys.write(writer)
        self.secrets.write(writer)
        self.secret_tree.write(writer)
        return writer.raw(self.signature_seed).vector_of(self.updates, OwnUpdate.encode).bytes()

    @classmethod
    def decode(cls, data: bytes) -> GroupState:
        """Raises `DecodeError` or `MlsError`; V520 if the secrets do not belong to the public part."""
        state = decode_all(data, cls._read)
        state._check()
        return state

    @classmethod
    def _read(cls, reader: Reader) -> GroupState:
        if reader.u8() != _STATE_VERSION:
            raise DecodeError("state_version_unknown")
        public = PublicGroup.decode(reader.vector())
        return cls(
            public=public,
            keys=TreeKeys.read(reader),
            secrets=EpochSecrets.read(reader),
            secret_tree=SecretTree.read(reader, public.suite),
            signature_seed=Secret(reader.raw(KEY_BYTES)),
            updates=reader.vector_of(OwnUpdate.read, _MAX_UPDATES),
        )

    def _check(self) -> None:
        tree, keys = self.public.tree, self.keys
        leaf = tree.leaf(keys.own_leaf)
        if leaf is None or x25519_public(keys.leaf_private) != leaf.encryption_key:
            raise refuse("V520", reason="leaf")
        if ed25519_public(self.signature_seed) != leaf.signature_key:
            raise refuse("V520", reason="signature_key")
        if not all(stands(tree, node, private) for node, private in keys.nodes.items()):
            raise refuse("V520", reason="path_keys")
        if self.secret_tree.leaf_count != tree.leaf_count:
            raise refuse("V520", reason="secret_tree")
        check_confirmation_tag(self.public, self.secrets, "V520")


def check_confirmation_tag(public: PublicGroup, secrets: EpochSecrets, number: str) -> None:
    """Raises `MlsError` with `number` unless the secrets give the tag that the group shows (§8.1)."""
    expected = confirmation_tag(secrets.confirmation_key, public.context.confirmed_transcript_hash)
    if not constant_time_equal(expected, public.confirmation_tag):
        raise refuse(number)


def enter_epoch(
    public: PublicGroup, keys: TreeKeys, derived: tuple[EpochSecrets, EncryptionSecret], signature_seed: Secret
) -> GroupState:
    """The state at the start of an epoch, with no message key used."""
    secrets, encryption = derived
    secret_tree = SecretTree.from_encryption_secret(public.suite, public.tree.leaf_count, encryption)
    return GroupState(public, keys, secrets, secret_tree, signature_seed)


def create_group(
    suite: CipherSuite,
    group_id: bytes,
    identity: LeafIdentity,
    *,
    lifetime: Lifetime,
    extensions: tuple[Extension, ...] = (),
    random: Random = random_bytes,
) -> GroupState:
    """A group of one, in epoch 0 (§11); `extensions` are those of the group context."""
    private, encryption_key = new_leaf_key(random)
    leaf = sign_leaf(identity, encryption_key, LeafNodeSource.KEY_PACKAGE, lifetime=lifetime)
    tree = RatchetTree.of(leaf)
    context = GroupContext(MLS10, suite, group_id, 0, tree.tree_hash(), b"", extensions)
    secret: EpochSecret = new_epoch_secret(random)
    derived = derive_epoch(secret)
    tag = confirmation_tag(derived[0].confirmation_key, context.confirmed_transcript_hash)
    public = PublicGroup(
        suite=suite,
        context=context,
        tree=tree,
        interim_transcript_hash=interim_transcript_hash(context.confirmed_transcript_hash, tag),
        confirmation_tag=tag,
    )
    return enter_epoch(public, TreeKeys(LeafIndex(0), private), derived, identity.signature_seed)
