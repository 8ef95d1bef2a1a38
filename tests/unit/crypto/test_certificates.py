"""Certificates and chains (PROTOCOL §1.1): what is refused, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.certificates import (
    Certificate,
    CertificateInvalid,
    Chain,
    Kind,
    Trust,
    issue,
    key_id,
    verify_certificate,
    verify_chain,
)
from cencomm.crypto.primitives import ed25519_public
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import (
    DEPLOYMENT,
    NOW_S,
    OTIENO,
    ROOT,
    SILVA,
    TRUST,
    YEAR_S,
    Person,
    certificate,
    seed,
)


def refused(chain: Chain, *, trust: Trust = TRUST, at_s: int = NOW_S) -> str:
    with pytest.raises(CertificateInvalid) as caught:
        verify_chain(chain, trust, at_s)
    return str(caught.value.facts["reason"])


class TestEncoding:
    def test_decoders_survive_hostile_bytes(self) -> None:
        survives(Certificate.decode, OTIENO.chain.officer.encode())
        survives(Chain.decode, OTIENO.chain.encode())

    def test_round_trip(self) -> None:
        assert Chain.decode(OTIENO.chain.encode()) == OTIENO.chain


class TestIssue:
    def test_names_of_any_script_are_kept(self) -> None:
        for name in ("", "Ñandú 山田", "\u202egnp.exe", "=1+1", "x\x00y"):
            made = issue(
                ROOT,
                deployment_id=DEPLOYMENT,
                kind=Kind.NCP,
                subject="KE",
                display_name=name,
                public_key=seed("KE"),
                not_before_s=0,
                not_after_s=1,
            )
            assert Certificate.decode(made.encode()).display_name == name

    @pytest.mark.parametrize("subject", ["", "ke", "KE/Otieno", "KE/otieno/laptop", "KE\n", "KEN", "KE/", "KE/é"])
    def test_a_subject_that_does_not_fit_the_kind_is_refused(self, subject: str) -> None:
        with pytest.raises(CertificateInvalid):
            certificate(Kind.OFFICER, subject, issuer=ROOT, public_key=bytes(32))

    def test_an_empty_time_span_and_impossible_names_are_refused(self) -> None:
        with pytest.raises(CertificateInvalid):
            certificate(Kind.NCP, "KE", issuer=ROOT, public_key=bytes(32), not_before_s=2, not_after_s=1)
        for name in ("x" * 801, "\ud800"):
            with pytest.raises(CertificateInvalid):
                issue(
                    ROOT,
                    deployment_id=DEPLOYMENT,
                    kind=Kind.NCP,
                    subject="KE",
                    display_name=name,
                    public_key=bytes(32),
                    not_before_s=0,
                    not_after_s=1,
                )

    def test_a_key_has_its_own_id(self) -> None:
        assert key_id(OTIENO.identity_key) != key_id(SILVA.identity_key)


class TestCertificate:
    def test_every_field_is_signed(self) -> None:
        original = OTIENO.chain.officer
        issuer = ed25519_public(seed("KE"))
        verify_certificate(original, issuer, DEPLOYMENT, NOW_S)
        for changed in (
            replace(original, subject="KE/other"),
            replace(original, display_name="Other"),
            replace(original, public_key=bytes(32)),
            replace(original, serial=bytes(16)),
            replace(original, not_before_s=0),
            replace(original, not_after_s=2**63),
            replace(original, kind=Kind.DEVICE),
            replace(original, signature=bytes(64)),
        ):
            with pytest.raises(CertificateInvalid, match="signature"):
                verify_certificate(changed, issuer, DEPLOYMENT, NOW_S)


class TestChain:
    def test_the_chain_leads_from_the_root_to_the_device(self) -> None:
        verify_chain(OTIENO.chain, TRUST, NOW_S)
        assert OTIENO.chain.device_id == "KE/otieno/laptop"
        assert OTIENO.chain.officer_id == "KE/otieno"
        assert OTIENO.chain.identity_key == OTIENO.identity_key

    def test_every_bit_counts(self) -> None:
        encoded = OTIENO.chain.encode()
        for position in range(len(encoded)):
            changed = bytearray(encoded)
            changed[position] ^= 1
            with pytest.raises((CertificateInvalid, DecodeError)):
                verify_chain(Chain.decode(bytes(changed)), TRUST, NOW_S)

    def test_another_root_or_deployment_is_refused(self) -> None:
        assert refused(OTIENO.chain, trust=Trust(DEPLOYMENT, ed25519_public(seed("evil")))) == "issuer"
        assert refused(OTIENO.chain, trust=Trust(bytes(16), TRUST.root_public_key)) == "deployment"

    def test_each_certificate_must_be_valid_at_that_time(self) -> None:
        assert refused(OTIENO.chain, at_s=NOW_S - 2 * YEAR_S) == "not_yet_valid"
        assert refused(OTIENO.chain, at_s=NOW_S + 2 * YEAR_S) == "expired"
        verify_chain(OTIENO.chain, TRUST, NOW_S + YEAR_S)
        short = certificate(
            Kind.DEVICE,
            OTIENO.device_id,
            issuer=OTIENO.identity_seed,
            public_key=OTIENO.device_key,
            not_after_s=NOW_S - 1,
        )
        assert refused(replace(OTIENO.chain, device=short)) == "expired"

    def test_an_ncp_vouches_for_its_own_administration_only(self) -> None:
        foreign = certificate(Kind.OFFICER, "BR/silva", issuer=seed("KE"), public_key=SILVA.identity_key)
        device = certificate(Kind.DEVICE, SILVA.device_id, issuer=SILVA.identity_seed, public_key=SILVA.device_key)
        assert refused(Chain(OTIENO.chain.ncp, foreign, device)) == "other_administration"

    def test_a_device_belongs_to_its_own_officer(self) -> None:
        assert refused(replace(OTIENO.chain, device=SILVA.chain.device)) == "other_administration"
        colleague = Person(OTIENO.officer_id.__class__("KE/otien"))
        assert refused(replace(OTIENO.chain, device=colleague.chain.device)) == "other_administration"

    def test_the_depth_is_always_the_same(self) -> None:
        chain = OTIENO.chain
        assert refused(Chain(chain.officer, chain.officer, chain.device)) == "depth"
        assert refused(Chain(chain.ncp, chain.device, chain.device)) == "depth"

    def test_a_certificate_under_another_issuer_is_refused(self) -> None:
        evil = certificate(Kind.OFFICER, "KE/otieno", issuer=seed("evil"), public_key=OTIENO.identity_key)
        assert refused(replace(OTIENO.chain, officer=evil)) == "issuer"

    def test_no_key_serves_twice(self) -> None:
        device = certificate(Kind.DEVICE, OTIENO.device_id, issuer=OTIENO.identity_seed, public_key=OTIENO.identity_key)
        assert refused(replace(OTIENO.chain, device=device)) == "key_reused"
