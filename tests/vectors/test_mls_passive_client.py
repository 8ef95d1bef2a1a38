"""Official vectors: a member that joins and follows, with all kinds of commits (passive-client-*.json)."""

from __future__ import annotations

from typing import Any

import pytest

from cencomm.crypto.mls.public.framing import AuthenticatedContent, PublicMessage, decode_message
from cencomm.crypto.mls.public.group import StagedCommit, stage_authenticated, stage_commit
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.secret.commit import process_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle
from cencomm.crypto.mls.secret.messages import open_message
from cencomm.crypto.mls.secret.psk import Psks
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.primitives import CipherSuite, Secret
from tests.vectors.conftest import VectorCount
from tests.vectors.mls import data, vectors

FILES = ("passive-client-welcome.json", "passive-client-handling-commit.json")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("suite", list(CipherSuite))
def test_passive_client(file: str, suite: CipherSuite, count_vectors: VectorCount) -> None:
    for vector in vectors(file, suite):
        psks = Psks({data(each["psk_id"]): Secret(data(each["psk"])) for each in vector["external_psks"]})
        state = _join(vector, psks)
        assert state.epoch_authenticator == data(vector["initial_epoch_authenticator"])
        assert GroupState.decode(state.encode()) == state
        for epoch in vector["epochs"]:
            psks = psks.with_resumption(state.group_id, state.epoch, state.resumption_psk)
            state = _follow(state, epoch, psks)
            assert state.epoch_authenticator == data(epoch["epoch_authenticator"])
            state = GroupState.decode(state.encode())
            count_vectors(file, f"suite {suite}, epochs")
        count_vectors(file, f"suite {suite}")


def _join(vector: dict[str, Any], psks: Psks) -> GroupState:
    package = decode_message(data(vector["key_package"])).body
    assert isinstance(package, KeyPackage)
    bundle = KeyPackageBundle(
        package,
        Secret(data(vector["init_priv"])),
        Secret(data(vector["encryption_priv"])),
        Secret(data(vector["signature_priv"])),
    )
    assert KeyPackageBundle.decode(bundle.encode()) == bundle
    tree = vector["ratchet_tree"]
    return join_by_welcome(data(vector["welcome"]), bundle, tree=None if tree is None else data(tree), psks=psks)


def _follow(state: GroupState, epoch: dict[str, Any], psks: Psks) -> GroupState:
    proposals: dict[bytes, AuthenticatedContent] = {}
    for message in epoch["proposals"]:
        opened, state = open_message(state, data(message))
        proposals[opened.proposal_reference()] = opened
    return process_commit(state, _stage(state, data(epoch["commit"]), proposals), psks=psks)


def _stage(state: GroupState, commit: bytes, proposals: dict[bytes, AuthenticatedContent]) -> StagedCommit:
    if isinstance(decode_message(commit).body, PublicMessage):
        return stage_commit(state.public, commit, proposals=proposals)
    opened, _ = open_message(state, commit)
    return stage_authenticated(state.public, opened, proposals=proposals)
