"""The sheet and the certificate request (PROTOCOL §1.2, §1.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.crypto import enrolment
from cencomm.crypto.certificates import Kind
from cencomm.crypto.enrolment import CertificateRequest, RequestInvalid, Sheet, SheetInvalid, parse_sheet
from cencomm.crypto.primitives import Secret
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import DEPLOYMENT, OTIENO, TRUST

R = Secret(bytes(range(32)))
SHEET = Sheet(
    "https://cencomm.example/ops", DEPLOYMENT, TRUST.root_public_key, "KE/otieno", "Achieng Otieno 山", "code-123", R
)


class TestSheet:
    def test_the_text_comes_back_however_it_was_typed(self) -> None:
        text = SHEET.text()
        assert text.startswith("cencomm1:")
        assert parse_sheet(text) == SHEET
        typed = "\n".join(text.upper()[i : i + 5] + "-" for i in range(0, len(text), 5))
        assert parse_sheet(f"  {typed}  ") == SHEET

    def test_one_wrong_letter_is_noticed(self) -> None:
        text = SHEET.text()
        for position in range(len("cencomm1:"), len(text)):
            changed = text[:position] + ("b" if text[position] == "a" else "a") + text[position + 1 :]
            with pytest.raises(SheetInvalid):
                parse_sheet(changed)

    def test_a_truncated_sheet_is_noticed(self) -> None:
        text = SHEET.text()
        for length in range(len(text)):
            with pytest.raises(SheetInvalid):
                parse_sheet(text[:length])

    @given(st.text())
    def test_any_text_raises_its_own_error_only(self, text: str) -> None:
        for candidate in (text, "cencomm1:" + text):
            with pytest.raises(SheetInvalid):
                parse_sheet(candidate)

    def test_secrets_are_not_shown(self) -> None:
        assert R.hex() not in repr(SHEET)
        assert "code-123" not in repr(SHEET)


class TestDerivations:
    def test_each_purpose_has_its_own_key(self) -> None:
        derived = {
            bytes(key)
            for key in (
                R,
                enrolment.account_key(R),
                enrolment.recovery_key(R),
                enrolment.recovery_inner_key(R),
                enrolment.recovery_authentication_key(R),
                enrolment.request_mac_key(R),
            )
        }
        assert len(derived) == 6

    def test_r_has_256_bits(self) -> None:
        assert len(enrolment.new_secret_r()) == 32
        assert enrolment.new_secret_r() != enrolment.new_secret_r()


REQUEST = enrolment.new_request(OTIENO.identity_seed, deployment_id=DEPLOYMENT, kind=Kind.OFFICER, subject="KE/otieno")


class TestRequest:
    def test_round_trip_and_hostile_bytes(self) -> None:
        assert CertificateRequest.decode(REQUEST.encode()) == REQUEST
        survives(CertificateRequest.decode, REQUEST.encode())

    def test_the_key_itself_must_have_signed(self) -> None:
        REQUEST.verify()
        for changed in (
            replace(REQUEST, subject="KE/other"),
            replace(REQUEST, public_key=OTIENO.device_key),
            replace(REQUEST, deployment_id=bytes(16)),
            replace(REQUEST, signature=bytes(64)),
        ):
            with pytest.raises(RequestInvalid, match="signature"):
                changed.verify()

    def test_a_request_that_the_server_made_up_has_no_mac(self) -> None:
        key = enrolment.request_mac_key(R)
        mac = enrolment.request_mac(key, REQUEST)
        enrolment.verify_request_mac(key, REQUEST, mac)
        forged = enrolment.new_request(
            OTIENO.device_seed, deployment_id=DEPLOYMENT, kind=Kind.OFFICER, subject="KE/otieno"
        )
        for request, given_mac in ((forged, mac), (REQUEST, bytes(32)), (REQUEST, b"")):
            with pytest.raises(RequestInvalid, match="mac"):
                enrolment.verify_request_mac(key, request, given_mac)
