"""Revocation lists (PROTOCOL §1.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.certificates import Certificate
from cencomm.crypto.primitives import Secret, ed25519_public
from cencomm.crypto.revocation import (
    RevocationInvalid,
    RevocationList,
    Revoked,
    index,
    is_revoked,
    newest,
    revoked_entry,
    sign_list,
    verify_list,
    verify_newer,
)
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import DEPLOYMENT, NOW_MS, OTIENO, ROOT, SILVA, TRUST, seed

KE, BR = seed("KE"), seed("BR")


def entry(certificate: Certificate, since_ms: int = NOW_MS) -> Revoked:
    return Revoked(certificate.serial, certificate.subject, since_ms)


def signed(*entries: Revoked, issuer: str = "KE", key: Secret = KE, number: int = 1) -> RevocationList:
    return sign_list(key, deployment_id=DEPLOYMENT, issuer=issuer, number=number, issued_at_ms=NOW_MS, entries=entries)


DEVICE = entry(OTIENO.chain.device)
OFFICER = entry(OTIENO.chain.officer)


def test_round_trip_and_hostile_bytes() -> None:
    made = signed(DEVICE, OFFICER)
    assert RevocationList.decode(made.encode()) == made
    survives(RevocationList.decode, made.encode())


def test_the_issuer_s_signature_covers_every_field() -> None:
    made = signed(DEVICE)
    verify_list(made, ed25519_public(KE), DEPLOYMENT)
    for changed in (
        replace(made, number=2),
        replace(made, issued_at_ms=0),
        replace(made, entries=()),
        replace(made, entries=(OFFICER,)),
        replace(made, deployment_id=bytes(16)),
        replace(made, issuer=""),
        replace(made, signature=bytes(64)),
    ):
        with pytest.raises(RevocationInvalid):
            verify_list(changed, ed25519_public(KE), DEPLOYMENT)
    with pytest.raises(RevocationInvalid, match="issuer"):
        verify_list(made, ed25519_public(BR), DEPLOYMENT)


def test_an_ncp_revokes_within_its_own_administration_only() -> None:
    with pytest.raises(RevocationInvalid, match="other_administration"):
        signed(entry(SILVA.chain.officer))
    with pytest.raises(RevocationInvalid, match="other_administration"):
        signed(entry(OTIENO.chain.ncp))
    root = signed(entry(SILVA.chain.officer), entry(OTIENO.chain.ncp), issuer="", key=ROOT)
    verify_list(root, TRUST.root_public_key, DEPLOYMENT)


def test_a_list_is_never_rolled_back_and_takes_nothing_back() -> None:
    older = signed(DEVICE, number=3)
    verify_newer(older, signed(DEVICE, OFFICER, number=4))
    for newer, reason in (
        (signed(DEVICE, OFFICER, number=3), "rolled_back"),
        (signed(DEVICE, OFFICER, number=2), "rolled_back"),
        (signed(OFFICER, number=4), "taken_back"),
        (signed(entry(OTIENO.chain.device, 0), number=4), "taken_back"),
        (signed(number=4, issuer="", key=ROOT), "issuer"),
    ):
        with pytest.raises(RevocationInvalid, match=reason):
            verify_newer(older, newer)


def test_the_newest_list_of_each_issuer_counts() -> None:
    root = signed(issuer="", key=ROOT, number=1)
    first, second = signed(number=1), signed(DEVICE, number=2)
    assert newest([second, root, first]) == (root, second)


def test_revoking_the_ncp_or_the_officer_revokes_the_device() -> None:
    assert not is_revoked(OTIENO.chain, index([signed()]))
    assert is_revoked(OTIENO.chain, index([signed(DEVICE)]))
    assert is_revoked(OTIENO.chain, index([signed(OFFICER)]))
    assert is_revoked(OTIENO.chain, index([signed(entry(OTIENO.chain.ncp), issuer="", key=ROOT)]))
    assert not is_revoked(SILVA.chain, index([signed(DEVICE, OFFICER)]))


def test_another_ncp_s_list_and_another_serial_say_nothing() -> None:
    foreign = replace(signed(OFFICER), issuer="BR")
    assert revoked_entry(OTIENO.chain.officer, index([foreign])) is None
    assert revoked_entry(OTIENO.chain.officer, index([signed(replace(OFFICER, serial=bytes(16)))])) is None


def test_what_was_signed_before_the_compromise_still_stands() -> None:
    assert not is_revoked(OTIENO.chain, index([signed(DEVICE)]), at_ms=NOW_MS - 1)
    assert is_revoked(OTIENO.chain, index([signed(DEVICE)]), at_ms=NOW_MS)
