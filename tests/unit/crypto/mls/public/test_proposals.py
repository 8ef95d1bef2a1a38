"""Proposals: types, references, pre-shared key ids."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.proposals import (
    ExternalPsk,
    PreSharedKeyId,
    ProposalRef,
    ProposalType,
    PskType,
    ResumptionPskRef,
    ResumptionUsage,
    decode_proposal,
    encode_proposal,
    encode_proposal_or_ref,
    read_proposal_or_ref,
)
from cencomm.crypto.tls import DecodeError, decode_all
from tests.unit.crypto.mls.public.samples import proposals


def test_every_type_has_its_number() -> None:
    assert {each.proposal_type for each in proposals()} == set(ProposalType)
    for proposal in proposals():
        assert encode_proposal(proposal)[:2] == proposal.proposal_type.to_bytes(2, "big")
        assert decode_proposal(encode_proposal(proposal)) == proposal


@pytest.mark.parametrize("number", [0, 8, 0x0A0A, 0xFFFF])
def test_unknown_type_is_refused(number: int) -> None:
    with pytest.raises(DecodeError, match="proposal_type_unknown"):
        decode_proposal(number.to_bytes(2, "big") + b"\x00")


def test_proposal_or_reference() -> None:
    for item in (*proposals(), ProposalRef(b"reference")):
        assert decode_all(encode_proposal_or_ref(item), read_proposal_or_ref) == item
    for kind in (b"\x00", b"\x03"):
        with pytest.raises(DecodeError, match="proposal_or_ref_unknown"):
            decode_all(kind + b"\x00", read_proposal_or_ref)


def test_kind_of_pre_shared_key() -> None:
    assert PreSharedKeyId(ExternalPsk(b"id"), b"n").psk_type is PskType.EXTERNAL
    resumption = ResumptionPskRef(ResumptionUsage.APPLICATION, b"group", 1)
    assert PreSharedKeyId(resumption, b"n").psk_type is PskType.RESUMPTION


@pytest.mark.parametrize(
    ("data", "reason"), [(b"\x00", "psk_type"), (b"\x03", "psk_type"), (b"\x02\x00", "usage"), (b"\x02\x04", "usage")]
)
def test_unknown_kind_of_pre_shared_key_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        PreSharedKeyId.decode(data + bytes(12))
