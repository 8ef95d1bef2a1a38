"""Key packages: reference and validity. Refusals stand in the table of cases."""

from __future__ import annotations

import hashlib

import pytest

from cencomm.crypto.mls.public.key_package import suite_of, verify_key_package
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.primitives import CipherSuite
from cencomm.crypto.tls import vector
from tests.unit.crypto.mls.public.world import SUITE, Client, key_package_of

KEY_PACKAGE = key_package_of(Client("somebody"))


def test_valid_key_package() -> None:
    verify_key_package(KEY_PACKAGE, SUITE)


def test_key_package_of_another_suite_of_ours_is_refused() -> None:
    with pytest.raises(MlsError) as refusal:
        verify_key_package(KEY_PACKAGE, CipherSuite.X25519_AES128GCM_SHA256_ED25519)
    assert refusal.value.check == "V102"


def test_reference_is_the_labelled_hash() -> None:
    content = vector(b"MLS 1.0 KeyPackage Reference") + vector(KEY_PACKAGE.encode())
    assert KEY_PACKAGE.reference() == hashlib.sha256(content).digest()


def test_suites() -> None:
    assert [suite_of(value) for value in (1, 3)] == list(CipherSuite)
    for value in (0, 2, 4, 0xFFFF):
        with pytest.raises(MlsError) as refusal:
            suite_of(value)
        assert refusal.value.check == "V101"
