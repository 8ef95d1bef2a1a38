"""Rules of what is made of a password.

PW-001 too short is refused; parameters below the floor are refused before anything is derived
PW-002 the stretched key opens what it wrapped and nothing else
"""

from __future__ import annotations

import pytest

from cencomm.client.errors import WeakPassword, WrongPassword
from cencomm.client.passwords import (
    SHORTEST,
    kdf_of,
    parameters_of,
    require_strength,
    stretch_password,
)
from cencomm.crypto.primitives import Secret
from cencomm.crypto.vault import (
    FLOOR_MEMORY_BYTES,
    FLOOR_OPS_LIMIT,
    Kdf,
    KdfRefused,
    create_wraps,
    new_vault_keys,
)

KDF = Kdf(bytes(16), FLOOR_OPS_LIMIT, FLOOR_MEMORY_BYTES)
AK, R = Secret(b"a" * 32), Secret(b"r" * 32)


class TestStrength:
    def test_too_short_is_refused(self) -> None:
        """PW-001"""
        require_strength("x" * SHORTEST)
        with pytest.raises(WeakPassword):
            require_strength("x" * (SHORTEST - 1))

    async def test_weak_parameters_are_refused(self) -> None:
        """PW-001"""
        with pytest.raises(KdfRefused):
            await stretch_password("correct horse", Kdf(bytes(16), 1, 8192))


class TestStretching:
    async def test_it_opens_what_it_wrapped(self) -> None:
        """PW-002"""
        right, wrong = await stretch_password("correct horse", KDF), await stretch_password("wrong horse", KDF)
        keys = new_vault_keys()
        wraps = create_wraps(keys, account="KE", kdf=KDF, stretched=right.key, secret_r=R, account_key=AK)
        assert right.vault_keys(wraps, "KE", AK) == keys
        for stretched, account, ak in ((wrong, "KE", AK), (right, "FR", AK), (right, "KE", R)):
            with pytest.raises(WrongPassword):
                stretched.vault_key(wraps, account, ak)
            with pytest.raises(WrongPassword):
                stretched.inner_key(wraps, account, ak)
        assert right.key.hex() not in repr(right)

    def test_parameters_travel(self) -> None:
        assert kdf_of(parameters_of(KDF)) == KDF
