"""Framing: what signatures cover, which forms depend on the sender, and hostile messages."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.crypto.mls.public.framing import (
    ContentType,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    authenticated_content_tbm,
    decode_message,
    framed_content_tbs,
    verify_signature,
)
from cencomm.crypto.mls.public.proposals import Remove
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.tls import DecodeError
from tests.shared_data import shared_path
from tests.unit.crypto.mls.public.samples import messages
from tests.unit.crypto.mls.public.world import Client, grown

NEWCOMER = Client("newcomer")
WIRE_FORMATS = (WireFormat.PUBLIC_MESSAGE, WireFormat.PRIVATE_MESSAGE)
OFFICIAL = (
    "mls_welcome",
    "mls_group_info",
    "mls_key_package",
    "public_message_application",
    "public_message_proposal",
    "public_message_commit",
    "private_message",
)


class TestSignature:
    @pytest.mark.parametrize("kind", [SenderType.MEMBER, SenderType.NEW_MEMBER_COMMIT])
    def test_of_one_who_knows_the_group_covers_the_context(self, kind: SenderType) -> None:
        content = grown().authenticated(b"hello", _sender(kind), NEWCOMER).content
        tbs = framed_content_tbs(WireFormat.PUBLIC_MESSAGE, content, grown().group.context)
        assert tbs == b"\x00\x01\x00\x01" + content.encode() + grown().group.context.encode()
        with pytest.raises(ValueError, match="group context"):
            framed_content_tbs(WireFormat.PUBLIC_MESSAGE, content, None)

    @pytest.mark.parametrize("kind", [SenderType.EXTERNAL, SenderType.NEW_MEMBER_PROPOSAL])
    def test_of_another_does_not(self, kind: SenderType) -> None:
        content = grown().authenticated(Remove(LeafIndex(1)), _sender(kind), NEWCOMER).content
        expected = b"\x00\x01\x00\x01" + content.encode()
        assert framed_content_tbs(WireFormat.PUBLIC_MESSAGE, content, None) == expected
        assert framed_content_tbs(WireFormat.PUBLIC_MESSAGE, content, grown().group.context) == expected

    def test_says_how_the_content_travelled(self) -> None:
        content = grown().proposal(Remove(LeafIndex(1)), 2).content
        both = {framed_content_tbs(wire_format, content, grown().group.context) for wire_format in WIRE_FORMATS}
        assert len(both) == 2

    def test_verifies_only_under_the_signer_s_key(self) -> None:
        authenticated = grown().proposal(Remove(LeafIndex(1)), 2)
        verify_signature(authenticated, grown().client(2).signature_key, grown().group.context)
        with pytest.raises(MlsError) as refusal:
            verify_signature(authenticated, grown().client(1).signature_key, grown().group.context)
        assert refusal.value.check == "V140"

    def test_membership_tag_covers_the_signature_too(self) -> None:
        authenticated = grown().proposal(Remove(LeafIndex(1)), 2)
        context = grown().group.context
        tbs = framed_content_tbs(authenticated.wire_format, authenticated.content, context)
        assert authenticated_content_tbm(authenticated, context) == tbs + authenticated.auth.encode()


def _sender(kind: SenderType) -> Sender:
    if kind is SenderType.MEMBER:
        return Sender.member(LeafIndex(1))
    return Sender(kind, None, 0 if kind is SenderType.EXTERNAL else None)


class TestForms:
    def test_only_a_member_s_message_has_a_membership_tag(self) -> None:
        for name, tagged in {"commit": True, "external commit": False, "external proposal": False}.items():
            body = decode_message(messages()[name]).body
            assert isinstance(body, PublicMessage)
            assert (body.membership_tag is not None) is tagged

    def test_only_a_commit_has_a_confirmation_tag(self) -> None:
        for name in ("commit", "proposal", "application"):
            body = decode_message(messages()[name]).body
            assert isinstance(body, PublicMessage)
            is_commit = body.content.content_type is ContentType.COMMIT
            assert (body.auth.confirmation_tag is not None) is is_commit

    @pytest.mark.parametrize(
        ("header", "reason"),
        [
            ("00000001", "protocol_version_unknown"),
            ("00020001", "protocol_version_unknown"),
            ("00010000", "wire_format_unknown"),
            ("00010006", "wire_format_unknown"),
        ],
    )
    def test_unknown_header_is_refused(self, header: str, reason: str) -> None:
        with pytest.raises(DecodeError, match=reason):
            decode_message(bytes.fromhex(header) + messages()["commit"][4:])

    @pytest.mark.parametrize("value", [0, 5, 255])
    def test_unknown_sender_is_refused(self, value: int) -> None:
        with pytest.raises(DecodeError, match="sender_type_unknown"):
            Sender.decode(bytes([value]))

    @pytest.mark.parametrize("value", [0, 4, 255])
    def test_unknown_content_is_refused(self, value: int) -> None:
        data = messages()["private"]
        place = data.index(ContentType.APPLICATION.to_bytes(1, "big") + b"\x04data")
        with pytest.raises(DecodeError, match="content_type_unknown"):
            decode_message(data[:place] + bytes([value]) + data[place + 1 :])


@pytest.mark.parametrize("name", OFFICIAL)
def test_official_message_truncated_at_each_byte_is_refused(name: str) -> None:
    vectors = json.loads(shared_path("mls-vectors", "messages.json").read_text())
    for vector in vectors[:3]:
        data = bytes.fromhex(vector[name])
        assert decode_message(data).encode() == data
        for length in range(len(data)):
            with pytest.raises(DecodeError):
                decode_message(data[:length])
        with pytest.raises(DecodeError, match="trailing_bytes"):
            decode_message(data + b"\x00")


@settings(max_examples=300, deadline=None)
@given(wire_format=st.integers(0, 6), data=st.binary(max_size=400))
def test_random_message_is_refused_or_read_as_it_stands(wire_format: int, data: bytes) -> None:
    message = b"\x00\x01" + wire_format.to_bytes(2, "big") + data
    try:
        assert decode_message(message).encode() == message
    except DecodeError as refusal:
        assert refusal.facts["reason"]
