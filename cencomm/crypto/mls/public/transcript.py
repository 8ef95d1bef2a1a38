"""The transcript hashes: every commit of a group, in order (RFC 9420 §8.2)."""

from __future__ import annotations

from cencomm.crypto.mls.public.framing import AuthenticatedContent
from cencomm.crypto.primitives import sha256
from cencomm.crypto.tls import Writer


def confirmed_transcript_hash(interim_before: bytes, authenticated: AuthenticatedContent) -> bytes:
    """Covers the commit up to its signature; `interim_before` is empty for the first epoch."""
    writer = Writer().raw(interim_before).u16(authenticated.wire_format)
    writer.raw(authenticated.content.encode()).vector(authenticated.auth.signature)
    return sha256(writer.bytes())


def interim_transcript_hash(confirmed: bytes, confirmation_tag: bytes) -> bytes:
    """Covers the confirmation tag too."""
    return sha256(Writer().raw(confirmed).vector(confirmation_tag).bytes())
