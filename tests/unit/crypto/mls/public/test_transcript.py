"""Transcript hashes: a chain in which everything that was said counts (values stand in the official vectors)."""

from __future__ import annotations

from dataclasses import replace

from cencomm.crypto.mls.public.framing import AuthenticatedContent, FramedContentAuthData, WireFormat
from cencomm.crypto.mls.public.transcript import confirmed_transcript_hash, interim_transcript_hash
from tests.unit.crypto.mls.public.world import grown


def _commit() -> AuthenticatedContent:
    return grown().stage(grown().commit()).authenticated


def test_confirmed_covers_what_was_before_and_the_commit_with_its_signature_but_not_its_tag() -> None:
    commit = _commit()
    confirmed = confirmed_transcript_hash(b"before", commit)
    assert confirmed != confirmed_transcript_hash(b"another", commit)
    assert confirmed != confirmed_transcript_hash(b"before", _commit())
    assert confirmed != confirmed_transcript_hash(b"before", replace(commit, wire_format=WireFormat.PRIVATE_MESSAGE))
    forged = replace(commit, auth=FramedContentAuthData(b"forged", commit.auth.confirmation_tag))
    assert confirmed != confirmed_transcript_hash(b"before", forged)
    retagged = replace(commit, auth=FramedContentAuthData(commit.auth.signature, b"another"))
    assert confirmed == confirmed_transcript_hash(b"before", retagged)


def test_interim_covers_the_tag() -> None:
    assert interim_transcript_hash(b"confirmed", b"tag") != interim_transcript_hash(b"confirmed", b"another")
