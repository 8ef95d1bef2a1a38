"""Official vectors: a group followed from its GroupInfo through every commit, by the public half alone.

The passive-client files begin with a Welcome: it is opened here with the few lines that it takes, and from there on
nothing secret is used. Handshake messages of these files are public messages.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from cencomm.crypto.labels import decrypt_with_label, expand_with_label
from cencomm.crypto.mls.public.framing import PublicMessage, decode_message
from cencomm.crypto.mls.public.group import PublicGroup, group_from, stage_commit
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.proposals import PreSharedKeyId
from cencomm.crypto.mls.public.welcome import GroupInfo, Welcome
from cencomm.crypto.mls.secret.key_schedule import NO_PSK_SECRET, JoinerSecret, welcome_secret
from cencomm.crypto.mls.secret.psk import Psks, psk_secret
from cencomm.crypto.primitives import CipherSuite, Secret, aead_open
from cencomm.crypto.tls import Reader
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILES = ("passive-client-welcome.json", "passive-client-handling-commit.json")


def _group_info(vector: dict[str, Any], suite: CipherSuite) -> GroupInfo:
    welcome = decode_message(bytes.fromhex(vector["welcome"])).body
    key_package = decode_message(bytes.fromhex(vector["key_package"])).body
    assert isinstance(welcome, Welcome)
    assert isinstance(key_package, KeyPackage)
    entry = next(entry for entry in welcome.secrets if entry.new_member == key_package.reference())
    sealed, info = entry.encrypted_group_secrets, welcome.encrypted_group_info
    init_private = bytes.fromhex(vector["init_priv"])
    secrets = Reader(decrypt_with_label(suite, init_private, "Welcome", info, sealed.kem_output, sealed.ciphertext))
    joiner = JoinerSecret(secrets.vector())
    secrets.optional(Reader.vector)
    ids = secrets.vector_of(PreSharedKeyId.read)
    known = {bytes.fromhex(psk["psk_id"]): Secret.fromhex(psk["psk"]) for psk in vector["external_psks"]}
    secret = welcome_secret(joiner, psk_secret(ids, Psks(known)) if ids else NO_PSK_SECRET)
    key = expand_with_label(secret, "key", b"", suite.aead_key_bytes)
    nonce = expand_with_label(secret, "nonce", b"", suite.aead_nonce_bytes)
    return GroupInfo.decode(aead_open(suite, key, nonce, b"", info))


def _follow(group: PublicGroup, epoch: dict[str, Any]) -> PublicGroup:
    proposals = {}
    for encoded in epoch["proposals"]:
        body = decode_message(bytes.fromhex(encoded)).body
        assert isinstance(body, PublicMessage)
        proposals[body.authenticated.proposal_reference()] = body.authenticated
    after = stage_commit(group, bytes.fromhex(epoch["commit"]), proposals=proposals).next()
    assert after.epoch == group.epoch + 1
    assert PublicGroup.decode(after.encode()) == after
    return after


@pytest.mark.parametrize("file", FILES)
def test_public_replay(file: str, count_vectors: VectorCount) -> None:
    for vector in json.loads(shared_path("mls-vectors", file).read_text()):
        name = f"public, suite {vector['cipher_suite']}"
        if vector["cipher_suite"] not in list(CipherSuite):
            count_vectors(file, name, outcome="not ours")
            continue
        tree = bytes.fromhex(vector["ratchet_tree"]) if vector["ratchet_tree"] else None
        group = group_from(_group_info(vector, CipherSuite(vector["cipher_suite"])), tree=tree)
        count_vectors(file, name)
        for epoch in vector["epochs"]:
            group = _follow(group, epoch)
            count_vectors(file, f"{name}, commits")
