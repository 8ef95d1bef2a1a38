"""Rules of the remembered heads.

HD-001 every hash is found again, across chunks and after a restart
HD-002 a head that has not come is None
HD-003 what was not saved is forgotten with the transaction
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.client.engine.heads import Heads
from cencomm.client.profile import PasswordCost, Profile
from cencomm.crypto.primitives import sha256
from cencomm.ids import CugId

CUG = CugId(bytes(16))


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile.create(tmp_path / "p", "correct horse", cost=PasswordCost(ops_limit=1, memory_bytes=8 * 1024))


def hash_of(n: int) -> bytes:
    return sha256(n.to_bytes(4, "big"))


class TestHeads:
    def test_every_hash_is_found_again_across_chunks(self, profile: Profile) -> None:
        """HD-001"""
        heads = Heads(CUG)
        for start in range(1, 301, 50):
            with profile.transaction() as tx:
                for n in range(start, start + 50):
                    heads.append(tx, n, hash_of(n))
                heads.save(tx)
        fresh = Heads(CUG)
        for n in (1, 2, 127, 128, 129, 256, 257, 300):
            assert heads.at(profile.read(), n) == hash_of(n)
            assert fresh.at(profile.read(), n) == hash_of(n)

    def test_a_head_that_has_not_come_is_none(self, profile: Profile) -> None:
        """HD-002"""
        heads = Heads(CUG)
        with profile.transaction() as tx:
            heads.append(tx, 1, hash_of(1))
            heads.save(tx)
        assert heads.at(profile.read(), 0) is None
        assert heads.at(profile.read(), 2) is None
        assert heads.at(profile.read(), 500) is None

    def test_what_was_not_saved_is_forgotten(self, profile: Profile) -> None:
        """HD-003"""
        heads = Heads(CUG)
        with profile.transaction() as tx:
            heads.append(tx, 1, hash_of(1))
            heads.save(tx)
        heads.append(profile.read(), 2, hash_of(2))
        heads.forget()
        assert heads.at(profile.read(), 2) is None
        assert heads.at(profile.read(), 1) == hash_of(1)
