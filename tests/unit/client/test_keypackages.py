"""Rules of key packages.

KP-001 what runs low is refilled; the private halves are on disk before the public ones leave
KP-002 enough is left alone
KP-003 a last-resort package is known as one
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client import model
from cencomm.client.keypackages import BATCH, find_bundle, is_last_resort, refill_key_packages
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.key_package import KeyPackage
from tests.unit.client.stand import Stand, api_of


class TestRefill:
    async def test_what_runs_low_is_refilled(self, tmp_path: Path) -> None:
        """KP-001, KP-002, KP-003"""
        stand = Stand(tmp_path)
        device = stand.device("KE/otieno")
        profile = stand.profile(device)
        api, fake = api_of(stand, device)
        assert await refill_key_packages(api, profile, device, stand.clock) == BATCH
        assert len(fake.uploaded) == BATCH
        for data in fake.uploaded:
            body = decode_message(data).body
            assert isinstance(body, KeyPackage)
            bundle = find_bundle(profile, body.reference())
            assert bundle is not None
            assert bundle.key_package == body
            assert not is_last_resort(profile, body.reference())
        assert fake.last_resort is not None
        last = decode_message(fake.last_resort).body
        assert isinstance(last, KeyPackage)
        assert is_last_resort(profile, last.reference())
        assert await refill_key_packages(api, profile, device, stand.clock) == 0
        assert profile.read().count(model.KEY_PACKAGES) == BATCH + 1
        del fake.uploaded[2:]
        assert await refill_key_packages(api, profile, device, stand.clock) == BATCH - 2
        assert find_bundle(profile, bytes(32)) is None
