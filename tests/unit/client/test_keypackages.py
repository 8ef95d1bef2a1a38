"""Rules of key packages.

KP-001 what runs low is refilled; the private halves are on disk before the public ones leave
KP-002 enough is left alone
KP-003 a last-resort package stays when a Welcome was opened with it; a single one goes
KP-004 a last-resort package that was used, or whose week is over, is replaced; its private half stays for what is on
       its way, until its leaf must not be used any more
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client import model
from cencomm.client.clock import ServerClock
from cencomm.client.keypackages import BATCH, LAST_RESORT_SECONDS, find_bundle, refill_key_packages, used
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
        assert fake.last_resort is not None
        last = decode_message(fake.last_resort).body
        assert isinstance(last, KeyPackage)
        assert find_bundle(profile, last.reference()) is not None
        assert await refill_key_packages(api, profile, device, stand.clock) == 0
        assert profile.read().count(model.KEY_PACKAGES) == BATCH + 1
        del fake.uploaded[2:]
        assert await refill_key_packages(api, profile, device, stand.clock) == BATCH - 2
        assert find_bundle(profile, bytes(32)) is None

    async def test_a_last_resort_package_is_replaced_when_it_has_served(self, tmp_path: Path) -> None:
        """KP-003, KP-004"""
        stand = Stand(tmp_path)
        device = stand.device("KE/otieno")
        profile = stand.profile(device)
        api, fake = api_of(stand, device)
        clock = ServerClock()

        async def refilled() -> bytes:
            await refill_key_packages(api, profile, device, clock)
            assert fake.last_resort is not None
            return reference(fake.last_resort)

        first = await refilled()
        single = reference(fake.uploaded[0])
        for name in (first, single):
            bundle = find_bundle(profile, name)
            assert bundle is not None
            with profile.transaction() as tx:
                used(tx, bundle)
        assert find_bundle(profile, single) is None
        second = await refilled()
        assert second != first
        assert await refilled() == second
        clock.learn(clock.now_ms() + LAST_RESORT_SECONDS * 1000)
        third = await refilled()
        assert third not in (first, second)
        for name in (first, second, third):
            assert find_bundle(profile, name) is not None
        clock.learn(clock.now_ms() + 12 * LAST_RESORT_SECONDS * 1000)
        assert await refilled() != third
        assert find_bundle(profile, first) is find_bundle(profile, second) is None


def reference(message: bytes) -> bytes:
    body = decode_message(message).body
    assert isinstance(body, KeyPackage)
    return body.reference()
