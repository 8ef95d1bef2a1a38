"""The code from another device (PROTOCOL §1.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.crypto.device_code import DEVICE_CODE_PREFIX, DeviceCode, DeviceCodeInvalid, parse_device_code
from cencomm.crypto.primitives import Secret
from cencomm.crypto.printed import to_text
from tests.unit.crypto.people import DEPLOYMENT, TRUST

AK = Secret(bytes(range(32)))
CODE = DeviceCode("https://cencomm.example", DEPLOYMENT, TRUST.root_public_key, "KE/otieno", "Achieng 山", AK)


def test_the_code_comes_back() -> None:
    assert parse_device_code(CODE.text().upper()) == CODE


def test_one_wrong_letter_is_noticed() -> None:
    text = CODE.text()
    for position in range(len(DEVICE_CODE_PREFIX), len(text)):
        changed = text[:position] + ("b" if text[position] == "a" else "a") + text[position + 1 :]
        with pytest.raises(DeviceCodeInvalid):
            parse_device_code(changed)


@given(st.binary(max_size=300))
def test_other_contents_under_a_right_checksum_are_refused(content: bytes) -> None:
    try:
        parse_device_code(to_text(DEVICE_CODE_PREFIX, content))
    except DeviceCodeInvalid as error:
        assert error.facts["reason"] == "content"


@given(st.text())
def test_any_text_raises_its_own_error_only(text: str) -> None:
    with pytest.raises(DeviceCodeInvalid):
        parse_device_code(text)


def test_the_key_is_not_shown() -> None:
    assert AK.hex() not in repr(CODE)
