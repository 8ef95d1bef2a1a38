"""The head chain (PROTOCOL §3.4)."""

from __future__ import annotations

import pytest

from cencomm.crypto.head import Head, HeadGap, advance, event_hash, start
from cencomm.crypto.primitives import sha256
from cencomm.ids import ClientRef, CugId
from tests.unit.crypto.hostile import survives

CUG = CugId(b"c" * 16)
REF = ClientRef(b"r" * 16)


def test_decoder_survives_hostile_bytes() -> None:
    survives(Head.decode, start(CUG).encode())


def test_the_chain_is_what_the_page_says() -> None:
    hashed = event_hash(3, "KE/otieno/laptop", REF, b"body")
    assert hashed == sha256(b"\x03" + b"\x10KE/otieno/laptop" + REF + b"\x04body")
    head = advance(start(CUG), 1, 77, hashed)
    assert head == Head(1, sha256(sha256(CUG) + (1).to_bytes(8, "big") + (77).to_bytes(8, "big") + hashed))


def test_everything_that_an_event_says_changes_the_head() -> None:
    base = event_hash(3, "KE/otieno/laptop", REF, b"body")
    others = [
        event_hash(2, "KE/otieno/laptop", REF, b"body"),
        event_hash(3, "KE/otieno/phone", REF, b"body"),
        event_hash(3, "KE/otieno/laptop", ClientRef(bytes(16)), b"body"),
        event_hash(3, "KE/otieno/laptop", REF, b"bodies"),
    ]
    assert len({base, *others}) == 5
    heads = {advance(start(CUG), 1, time, hashed) for time in (1, 2) for hashed in (base, *others)}
    assert len(heads) == 10


def test_a_gap_and_a_repetition_are_refused() -> None:
    head = advance(start(CUG), 1, 0, bytes(32))
    for number in (0, 1, 3):
        with pytest.raises(HeadGap):
            advance(head, number, 0, bytes(32))
