"""Official vectors: the key schedule, the exporter and the external key (key-schedule.json)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.secret import key_schedule as ks
from cencomm.crypto.primitives import CipherSuite
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILE = "key-schedule.json"


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_key_schedule(suite: CipherSuite, count_vectors: VectorCount) -> None:
    for vector in json.loads(shared_path("mls-vectors", FILE).read_text()):
        if vector["cipher_suite"] != suite:
            continue
        init_secret = ks.InitSecret.fromhex(vector["initial_init_secret"])
        for number, epoch in enumerate(vector["epochs"]):
            init_secret = _check_epoch(suite, bytes.fromhex(vector["group_id"]), number, epoch, init_secret)
            count_vectors(FILE, f"suite {suite}")


def _check_epoch(
    suite: CipherSuite, group_id: bytes, number: int, epoch: dict[str, Any], init_secret: ks.InitSecret
) -> ks.InitSecret:
    def field(name: str) -> bytes:
        return bytes.fromhex(epoch[name])

    context = GroupContext.decode(field("group_context"))
    assert (context.cipher_suite, context.group_id, context.epoch) == (suite, group_id, number)
    assert context.tree_hash == field("tree_hash")
    assert context.confirmed_transcript_hash == field("confirmed_transcript_hash")
    assert context.encode() == field("group_context")
    joiner = ks.joiner_secret(init_secret, ks.CommitSecret(field("commit_secret")), context.encode())
    assert joiner == field("joiner_secret")
    psk = ks.PskSecret(field("psk_secret"))
    assert ks.welcome_secret(joiner, psk) == field("welcome_secret")
    secrets, encryption = ks.derive_epoch(ks.epoch_secret(joiner, psk, context.encode()))
    assert encryption == field("encryption_secret")
    for name in ks.EpochSecrets.__dataclass_fields__:
        assert getattr(secrets, name) == field(name), name
    assert ks.external_key_pair(secrets.external_secret)[1] == field("external_pub")
    exported = epoch["exporter"]
    assert ks.export(
        secrets.exporter_secret, exported["label"], bytes.fromhex(exported["context"]), exported["length"]
    ) == bytes.fromhex(exported["secret"])
    return secrets.init_secret
