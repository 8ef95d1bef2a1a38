"""Official vectors: every structure is read and written back byte for byte (messages.json)."""

from __future__ import annotations

import json
from collections.abc import Callable

from cencomm.crypto.mls.public.commit import Commit
from cencomm.crypto.mls.public.framing import (
    ContentType,
    PrivateMessage,
    PublicMessage,
    WireFormat,
    decode_message,
)
from cencomm.crypto.mls.public.proposals import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
    decode_proposal,
    encode_proposal,
)
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.tree import RatchetTree
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount

FILE = "messages.json"

PROPOSALS: dict[str, type[Add | Update | Remove | PreSharedKey | ReInit | ExternalInit | GroupContextExtensions]] = {
    "add_proposal": Add,
    "update_proposal": Update,
    "remove_proposal": Remove,
    "pre_shared_key_proposal": PreSharedKey,
    "re_init_proposal": ReInit,
    "external_init_proposal": ExternalInit,
    "group_context_extensions_proposal": GroupContextExtensions,
}
MESSAGES = {
    "mls_welcome": WireFormat.WELCOME,
    "mls_group_info": WireFormat.GROUP_INFO,
    "mls_key_package": WireFormat.KEY_PACKAGE,
    "public_message_application": WireFormat.PUBLIC_MESSAGE,
    "public_message_proposal": WireFormat.PUBLIC_MESSAGE,
    "public_message_commit": WireFormat.PUBLIC_MESSAGE,
    "private_message": WireFormat.PRIVATE_MESSAGE,
}
CONTENT = {
    "public_message_application": ContentType.APPLICATION,
    "public_message_proposal": ContentType.PROPOSAL,
    "public_message_commit": ContentType.COMMIT,
}


def _run(count: VectorCount, names: list[str], check: Callable[[str, bytes], None]) -> None:
    for vector in json.loads(shared_path("mls-vectors", FILE).read_text()):
        for name in names:
            check(name, bytes.fromhex(vector[name]))
            count(FILE, name)


def test_messages(count_vectors: VectorCount) -> None:
    def check(name: str, data: bytes) -> None:
        message = decode_message(data)
        assert message.wire_format is MESSAGES[name]
        assert message.encode() == data
        if isinstance(message.body, PublicMessage):
            assert message.body.content.content_type is CONTENT[name]
        else:
            assert isinstance(message.body, PrivateMessage) == (name == "private_message")

    _run(count_vectors, list(MESSAGES), check)


def test_proposals(count_vectors: VectorCount) -> None:
    def check(name: str, data: bytes) -> None:
        proposal = PROPOSALS[name].decode(data)
        assert proposal.encode() == data
        whole = encode_proposal(proposal)
        assert whole[2:] == data
        assert decode_proposal(whole) == proposal

    _run(count_vectors, list(PROPOSALS), check)


def test_commits(count_vectors: VectorCount) -> None:
    _run(count_vectors, ["commit"], lambda _, data: _round_trip(Commit, data))


def test_ratchet_trees(count_vectors: VectorCount) -> None:
    _run(count_vectors, ["ratchet_tree"], lambda _, data: _round_trip(RatchetTree, data))


def _round_trip(kind: type[Struct], data: bytes) -> None:
    assert kind.decode(data).encode() == data
