"""A member run by another implementation: the PyPI package `rfc9420`, behind the bytes that travel.

Where version 1.3.0 leaves RFC 9420, and what that means here:

- its exporter uses the context as it is, where §8.5 has the hash of it: we give it the hash;
- its commits with a path keep the leaf's key and signature (§7.5, §12.4.2 want both fresh), and its external commits
  check the joiner's leaf for leaf 0: such commits cannot be exchanged, we must refuse the first (V331);
- its filtered direct path leaves out members added by the same commit (§4.1.2 does not): we add to it without a path;
- it has `external_pub` without its length (§12.4.3.2): `repaired_group_info` puts it there.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import rfc9420
from rfc9420.messages.data_structures import Welcome as PeerWelcome
from rfc9420.messages.key_packages import KeyPackage as PeerKeyPackage
from rfc9420.messages.messages import MLSCiphertext, MLSPlaintext

from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.mls.public.extensions import Extension, ExtensionType
from cencomm.crypto.mls.public.framing import WireFormat, decode_message, encode_message
from cencomm.crypto.mls.public.key_package import MLS10
from cencomm.crypto.mls.public.leaf_node import Lifetime
from cencomm.crypto.mls.public.welcome import GROUP_INFO_LABEL, GroupInfo, group_info_tbs
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle, new_key_package
from cencomm.crypto.primitives import CipherSuite, sha256
from cencomm.crypto.tls import Writer, vector
from tests.unit.crypto.mls.secret.helpers import identity


def lifetime() -> Lifetime:
    now = int(time.time())
    return Lifetime(now - 100, now + 10**6)


def bundle(name: str, suite: CipherSuite) -> KeyPackageBundle:
    """A key package that is valid now: the peer looks at the clock."""
    return new_key_package(suite, identity(name), lifetime=lifetime())


def _body(message: bytes) -> bytes:
    return decode_message(message).body.encode()


def _message(wire_format: WireFormat, body: bytes) -> bytes:
    return Writer().u16(MLS10).u16(wire_format).raw(body).bytes()


class Peer:
    """One member in one group; every method takes and gives MLSMessages."""

    def __init__(self, group: Any, owner: KeyPackageBundle) -> None:
        self._group = group
        self._seed = bytes(owner.signature_seed)
        self._pending: Any = None

    @classmethod
    def create(cls, group_id: bytes, owner: KeyPackageBundle) -> Peer:
        package = PeerKeyPackage.deserialize(owner.key_package.encode())
        group = rfc9420.ProtocolMLSGroup.create(group_id, package, rfc9420.DefaultCryptoProvider(int(owner.suite)))
        group._own_leaf_index = 0
        group._ratchet_tree.get_node(0).private_key = bytes(owner.encryption_private)
        return cls(group, owner)

    @classmethod
    def join(cls, welcome: bytes, owner: KeyPackageBundle) -> Peer:
        group = rfc9420.ProtocolMLSGroup.from_welcome(
            PeerWelcome.deserialize(_body(welcome)),
            bytes(owner.init_private),
            rfc9420.DefaultCryptoProvider(int(owner.suite)),
            key_package=PeerKeyPackage.deserialize(owner.key_package.encode()),
            encryption_private_key=bytes(owner.encryption_private),
        )
        return cls(group, owner)

    @property
    def epoch(self) -> int:
        return int(self._group.get_epoch())

    @property
    def epoch_authenticator(self) -> bytes:
        return bytes(self._group.get_epoch_authenticator())

    def export(self, label: str, context: bytes, length: int) -> bytes:
        return bytes(self._group.export_secret(label.encode(), sha256(context), length))

    def process_commit(self, commit: bytes, committer: int) -> None:
        self._group.process_commit(MLSPlaintext.deserialize(_body(commit)), committer)

    def propose_add(self, package: KeyPackageBundle) -> bytes:
        added = PeerKeyPackage.deserialize(package.key_package.encode())
        return self._proposed(self._group.create_add_proposal(added, self._seed))

    def propose_remove(self, leaf: int) -> bytes:
        return self._proposed(self._group.create_remove_proposal(leaf, self._seed))

    def _proposed(self, proposal: Any) -> bytes:
        own = self._group.get_own_leaf_index()
        self._group.process_proposal(proposal, rfc9420.Sender(own, rfc9420.SenderType.MEMBER))
        return _message(WireFormat.PUBLIC_MESSAGE, proposal.serialize())

    def commit(self) -> tuple[bytes, bytes | None]:
        """(commit, welcome) over what was proposed; `merge` goes on with it."""
        self._pending = self._group.create_commit(self._seed)
        welcomes = self._pending.welcomes
        welcome = _message(WireFormat.WELCOME, welcomes[0].serialize()) if welcomes else None
        return _message(WireFormat.PUBLIC_MESSAGE, self._pending.commit_message.serialize()), welcome

    def merge(self) -> None:
        self._group.apply_own_commit(self._pending)

    def protect(self, data: bytes) -> bytes:
        return _message(WireFormat.PRIVATE_MESSAGE, self._group.protect(data, signing_key=self._seed).serialize())

    def unprotect(self, message: bytes) -> tuple[int, bytes]:
        sender, data = self._group.unprotect(MLSCiphertext.deserialize(_body(message)))
        return int(sender), bytes(data)

    def repaired_group_info(self) -> bytes:
        """The peer's GroupInfo with `external_pub` as §12.4.3.2 has it, signed again."""
        given = GroupInfo.decode(self._group.export_group_info(self._seed))
        extensions = tuple(
            Extension(each.extension_type, vector(each.data))
            if each.extension_type == ExtensionType.EXTERNAL_PUB
            else each
            for each in given.extensions
        )
        unsigned = replace(given, extensions=extensions, signature=b"")
        signature = sign_with_label(self._seed, GROUP_INFO_LABEL, group_info_tbs(unsigned))
        return encode_message(replace(unsigned, signature=signature))
