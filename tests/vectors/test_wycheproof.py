"""Wycheproof (AEADs, HKDF, X25519): valid ones pass, invalid ones are refused, each with our own error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cencomm.crypto.primitives import (
    BadKey,
    BadPublicKey,
    CipherSuite,
    CryptoError,
    aead_open,
    aead_seal,
    hkdf_expand,
    hkdf_extract,
    x25519,
    xchacha_open,
    xchacha_seal,
)
from tests.shared_data import shared_path
from tests.vectors.conftest import VectorCount


def _cases(file: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    groups = json.loads(shared_path("crypto-vectors", file).read_text())["testGroups"]
    return [(group, case) for group in groups for case in group["tests"]]


def _seal(name: str, case: dict[str, bytes]) -> bytes:
    if name == "xchacha":
        return xchacha_seal(case["key"], case["iv"], case["aad"], case["msg"])
    return aead_seal(_suite(name), case["key"], case["iv"], case["aad"], case["msg"])


def _open(name: str, case: dict[str, bytes]) -> bytes:
    sealed = case["ct"] + case["tag"]
    if name == "xchacha":
        return xchacha_open(case["key"], case["iv"], case["aad"], sealed)
    return aead_open(_suite(name), case["key"], case["iv"], case["aad"], sealed)


def _suite(name: str) -> CipherSuite:
    return CipherSuite.X25519_AES128GCM_SHA256_ED25519 if name == "aes" else CipherSuite(3)


@pytest.mark.parametrize(
    ("name", "file", "nonce_bits", "key_bits"),
    [
        ("aes", "aes_gcm_test.json", 96, 128),
        ("chacha", "chacha20_poly1305_test.json", 96, 256),
        ("xchacha", "xchacha20_poly1305_test.json", 192, 256),
    ],
)
def test_aead(name: str, file: str, nonce_bits: int, key_bits: int, count_vectors: VectorCount) -> None:
    for group, case in _cases(file):
        data = {key: bytes.fromhex(case[key]) for key in ("key", "iv", "aad", "msg", "ct", "tag")}
        if (group["ivSize"], group["keySize"]) != (nonce_bits, key_bits):
            # Sizes that no suite of ours has: refused in both directions, whatever the file thinks of them.
            with pytest.raises(BadKey):
                _seal(name, data)
            with pytest.raises(BadKey):
                _open(name, data)
            count_vectors(file, "sizes outside our suites", outcome="passed")
        elif case["result"] == "valid":
            assert _seal(name, data) == data["ct"] + data["tag"]
            assert _open(name, data) == data["msg"]
            count_vectors(file, "valid")
        else:
            with pytest.raises(CryptoError):
                _open(name, data)
            count_vectors(file, "invalid, refused")


def test_hkdf(count_vectors: VectorCount) -> None:
    for _, case in _cases("hkdf_sha256_test.json"):
        prk = hkdf_extract(bytes.fromhex(case["salt"]), bytes.fromhex(case["ikm"]))
        if case["result"] == "valid":
            assert hkdf_expand(prk, bytes.fromhex(case["info"]), case["size"]) == bytes.fromhex(case["okm"])
            count_vectors("hkdf_sha256_test.json", "valid")
        else:
            with pytest.raises(BadKey):
                hkdf_expand(prk, bytes.fromhex(case["info"]), case["size"])
            count_vectors("hkdf_sha256_test.json", "invalid, refused")


def test_x25519(count_vectors: VectorCount) -> None:
    for _, case in _cases("x25519_test.json"):
        private, public = bytes.fromhex(case["private"]), bytes.fromhex(case["public"])
        if case["shared"] == "00" * 32:
            with pytest.raises(BadPublicKey):
                x25519(private, public)
            count_vectors("x25519_test.json", "zero result, refused")
        else:
            assert x25519(private, public) == bytes.fromhex(case["shared"])
            count_vectors("x25519_test.json", case["result"])
