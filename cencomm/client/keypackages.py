"""Key packages at the server's directory: made here, private halves in the profile, refilled when they run low."""

from __future__ import annotations

from cencomm.client import model
from cencomm.client.clock import ServerClock
from cencomm.client.engine.device import Device
from cencomm.client.http import Api
from cencomm.client.profile import Profile, Transaction
from cencomm.crypto.mls.public.leaf_node import Lifetime
from cencomm.crypto.mls.secret.key_package import KeyPackageBundle, new_key_package
from cencomm.wire.http import UploadKeyPackagesIn

BATCH = 10
ONCE = 0
"""The row's number."""
LAST_RESORT = 1
"""It may be used again, so its private half stays."""
REPLACED = 2
"""It was used, or its week is over: another one takes its place, its private half stays for what is on its way."""
LAST_RESORT_SECONDS = 7 * 24 * 3600


async def refill_key_packages(api: Api, profile: Profile, device: Device, clock: ServerClock) -> int:
    """Upload what is missing or has served; returns how many one-time packages. The private halves are on disk before
    the public ones leave."""
    now_s = clock.now_ms() // 1000
    there = await api.count_key_packages()
    wanted = max(BATCH, 2 * there.low_water) - there.count if there.count < max(1, there.low_water) else 0
    rotates = not there.last_resort or not _serves_on(profile, now_s)
    if not wanted and not rotates:
        return 0
    lifetime = device.lifetime(clock.now_ms())
    fresh = [new_key_package(device.suite, device.leaf_identity(), lifetime=lifetime) for _ in range(wanted)]
    last = new_key_package(device.suite, device.leaf_identity(), lifetime=lifetime) if rotates else None
    with profile.transaction(durable=True) as tx:
        _drop_expired(tx, now_s)
        for bundle in fresh:
            tx.put(model.KEY_PACKAGES, bundle.reference, bundle.encode(), number=ONCE)
        if last is not None:
            _replace_last_resort(tx, last)
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


def used(tx: Transaction, bundle: KeyPackageBundle) -> None:
    """A Welcome was opened with it: a single one goes, a last-resort one is replaced at the next refill."""
    lasting = {row.key for row in tx.rows(model.KEY_PACKAGES, after=ONCE)}
    if bundle.reference in lasting:
        tx.put(model.KEY_PACKAGES, bundle.reference, bundle.encode(), number=REPLACED)
    else:
        tx.delete(model.KEY_PACKAGES, bundle.reference)


def _serves_on(profile: Profile, now_s: int) -> bool:
    """Whether there is a last-resort package that nobody has used yet, of this week."""
    rows = profile.read().rows(model.KEY_PACKAGES, after=ONCE)
    return any(
        row.number == LAST_RESORT and _lifetime(row.value).not_before_s > now_s - LAST_RESORT_SECONDS for row in rows
    )


def _replace_last_resort(tx: Transaction, bundle: KeyPackageBundle) -> None:
    for row in list(tx.rows(model.KEY_PACKAGES, after=ONCE)):
        tx.put(model.KEY_PACKAGES, row.key, row.value, number=REPLACED)
    tx.put(model.KEY_PACKAGES, bundle.reference, bundle.encode(), number=LAST_RESORT)


def _drop_expired(tx: Transaction, now_s: int) -> None:
    for row in list(tx.rows(model.KEY_PACKAGES)):
        if _lifetime(row.value).not_after_s < now_s:
            tx.delete(model.KEY_PACKAGES, row.key)


def _lifetime(data: bytes) -> Lifetime:
    found = KeyPackageBundle.decode(data).key_package.leaf_node.lifetime
    assert found is not None, "the leaf of a key package has one"
    return found
