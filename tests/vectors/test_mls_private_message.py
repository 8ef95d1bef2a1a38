"""Official vectors: PrivateMessage, there and back (message-protection.json, its private part)."""

from __future__ import annotations

from typing import Any

import pytest

from cencomm.crypto.mls.public.commit import Commit
from cencomm.crypto.mls.public.framing import (
    AuthenticatedContent,
    Content,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    Sender,
    WireFormat,
    decode_message,
    encode_message,
    sign_content,
    verify_signature,
)
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.key_package import MLS10
from cencomm.crypto.mls.public.proposals import decode_proposal
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.key_schedule import EncryptionSecret, SenderDataSecret
from cencomm.crypto.mls.secret.private_message import open_private, seal_private
from cencomm.crypto.mls.secret.secret_tree import SecretTree
from cencomm.crypto.primitives import CipherSuite
from tests.vectors.conftest import VectorCount
from tests.vectors.mls import data, vectors

FILE = "message-protection.json"
SENDER = LeafIndex(1)


def _tree(suite: CipherSuite, vector: dict[str, Any]) -> SecretTree:
    return SecretTree.from_encryption_secret(suite, 2, EncryptionSecret(data(vector["encryption_secret"])))


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_private_messages(suite: CipherSuite, count_vectors: VectorCount) -> None:
    for vector in vectors(FILE, suite):
        context = GroupContext(
            MLS10,
            suite,
            data(vector["group_id"]),
            vector["epoch"],
            data(vector["tree_hash"]),
            data(vector["confirmed_transcript_hash"]),
            (),
        )
        contents: dict[str, tuple[ContentType, Content]] = {
            "proposal": (ContentType.PROPOSAL, decode_proposal(data(vector["proposal"]))),
            "commit": (ContentType.COMMIT, Commit.decode(data(vector["commit"]))),
            "application": (ContentType.APPLICATION, data(vector["application"])),
        }
        for name, (content_type, content) in contents.items():
            sealed = decode_message(data(vector[f"{name}_priv"])).body
            _check_open(suite, vector, context, sealed, content)
            mine = _seal(suite, vector, context, content_type, content)
            _check_open(suite, vector, context, decode_message(encode_message(mine)).body, content)
            count_vectors(FILE, f"suite {suite}, private")


def _check_open(
    suite: CipherSuite, vector: dict[str, Any], context: GroupContext, message: object, content: Content
) -> None:
    assert isinstance(message, PrivateMessage)
    opened, _ = open_private(message, _tree(suite, vector), SenderDataSecret(data(vector["sender_data_secret"])))
    assert opened.content.content == content
    assert opened.content.sender == Sender.member(SENDER)
    verify_signature(opened, data(vector["signature_pub"]), context)


def _seal(
    suite: CipherSuite, vector: dict[str, Any], context: GroupContext, content_type: ContentType, content: Content
) -> PrivateMessage:
    framed = FramedContent(context.group_id, context.epoch, Sender.member(SENDER), b"aad", content_type, content)
    signature = sign_content(data(vector["signature_priv"]), WireFormat.PRIVATE_MESSAGE, framed, context)
    auth = FramedContentAuthData(signature, bytes(32) if content_type is ContentType.COMMIT else None)
    message, _ = seal_private(
        AuthenticatedContent(WireFormat.PRIVATE_MESSAGE, framed, auth),
        _tree(suite, vector),
        SenderDataSecret(data(vector["sender_data_secret"])),
        padding=7,
    )
    return message
