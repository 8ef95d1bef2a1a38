"""Key packages at the server's directory: made here, private halves in the profile, refilled when they run low."""

from __future__ import annotations

from cencomm.client import model
from cencomm.client.clock import ServerClock
from cencomm.client.engine.device import Device
from cencomm.client.http import Api
from cencomm.client.profile import Profile
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle, new_key_package
from cencomm.wire.http import UploadKeyPackagesIn

BATCH = 10
ONCE = 0
LAST_RESORT = 1
"""The row's number: a last-resort package may be used again, so its private half stays."""


async def refill_key_packages(api: Api, profile: Profile, device: Device, clock: ServerClock) -> int:
    """Upload what is missing; returns how many. The private halves are on disk before the public ones leave."""
    there = await api.count_key_packages()
    wanted = max(BATCH, 2 * there.low_water) - there.count if there.count < max(1, there.low_water) else 0
    if not wanted and there.last_resort:
        return 0
    lifetime = device.lifetime(clock.now_ms())
    fresh = [new_key_package(device.suite, device.leaf_identity(), lifetime=lifetime) for _ in range(wanted)]
    last = None if there.last_resort else new_key_package(device.suite, device.leaf_identity(), lifetime=lifetime)
    with profile.transaction(durable=True) as tx:
        for bundle in fresh:
            tx.put(model.KEY_PACKAGES, bundle.reference, bundle.encode(), number=ONCE)
        if last is not None:
            tx.put(model.KEY_PACKAGES, last.reference, last.encode(), number=LAST_RESORT)
    await api.upload_key_packages(
        UploadKeyPackagesIn(
            key_packages=tuple([bundle.message() for bundle in fresh]),
            last_resort=None if last is None else last.message(),
        )
    )
    return wanted


def find_bundle(profile: Profile, reference: bytes) -> KeyPackageBundle | None:
    """The private half of a key package of this device."""
    data = profile.read().get(model.KEY_PACKAGES, reference)
    return None if data is None else KeyPackageBundle.decode(data)


def is_last_resort(profile: Profile, reference: bytes) -> bool:
    rows = profile.read().rows(model.KEY_PACKAGES, after=ONCE)
    return any(row.key == reference for row in rows)
