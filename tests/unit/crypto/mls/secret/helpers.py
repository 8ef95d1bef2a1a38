"""Members, identities and refusals for the tests of the secret half."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cencomm.crypto.mls.public.leaf_node import Credential, CredentialType, Lifetime
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle, LeafIdentity, new_key_package
from cencomm.crypto.primitives import DEFAULT_SUITE, CipherSuite, Random, new_signature_key, sha256

LIFETIME = Lifetime(0, 2**40)


@contextmanager
def refused(number: str) -> Iterator[None]:
    """The block must be refused by this check and no other."""
    with pytest.raises(MlsError) as caught:
        yield
    assert caught.value.check == number


def identity(name: str) -> LeafIdentity:
    seed, public = new_signature_key()
    return LeafIdentity(Credential(CredentialType.BASIC, name.encode()), seed, public)


def key_package(name: str, suite: CipherSuite = DEFAULT_SUITE) -> KeyPackageBundle:
    return new_key_package(suite, identity(name), lifetime=LIFETIME)


def counting(start: int = 0) -> Random:
    """Randomness that two runs share, each value once."""
    count = start

    def take(length: int) -> bytes:
        nonlocal count
        count += 1
        return sha256(count.to_bytes(8, "big"))[:length]

    return take
