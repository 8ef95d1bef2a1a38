"""Official vectors: PublicMessage, its signature and what its membership tag covers (message-protection.json)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cencomm.crypto.mls.public.commit import Commit
from cencomm.crypto.mls.public.framing import (
    Content,
    PublicMessage,
    SenderType,
    authenticated_content_tbm,
    decode_message,
    verify_signature,
)
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.key_package import MLS10
from cencomm.crypto.mls.public.proposals import decode_proposal
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.primitives import CipherSuite, hmac_sha256
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILE = "message-protection.json"


def _context(vector: dict[str, Any]) -> GroupContext:
    return GroupContext(
        version=MLS10,
        cipher_suite=vector["cipher_suite"],
        group_id=bytes.fromhex(vector["group_id"]),
        epoch=vector["epoch"],
        tree_hash=bytes.fromhex(vector["tree_hash"]),
        confirmed_transcript_hash=bytes.fromhex(vector["confirmed_transcript_hash"]),
        extensions=(),
    )


def _check(vector: dict[str, Any], name: str, content: Content) -> None:
    context, signature_key = _context(vector), bytes.fromhex(vector["signature_pub"])
    body = decode_message(bytes.fromhex(vector[name])).body
    assert isinstance(body, PublicMessage)
    assert body.content.content == content
    assert body.content.sender.sender_type is SenderType.MEMBER
    verify_signature(body.authenticated, signature_key, context)
    covered = authenticated_content_tbm(body.authenticated, context)
    assert body.membership_tag == hmac_sha256(bytes.fromhex(vector["membership_key"]), covered)
    with pytest.raises(MlsError) as refusal:
        verify_signature(body.authenticated, bytes(32), context)
    assert refusal.value.check == "V140"


def test_public_messages(count_vectors: VectorCount) -> None:
    for vector in json.loads(shared_path("mls-vectors", FILE).read_text()):
        group = f"public, suite {vector['cipher_suite']}"
        if vector["cipher_suite"] not in list(CipherSuite):
            count_vectors(FILE, group, outcome="not ours")
            continue
        _check(vector, "proposal_pub", decode_proposal(bytes.fromhex(vector["proposal"])))
        _check(vector, "commit_pub", Commit.decode(bytes.fromhex(vector["commit"])))
        count_vectors(FILE, group, 2)
